//! The small world of `seed`: Tidewatch, eight people who keep the tide charts of a harbour.

use shared_types::conversation::Visibility;

pub struct Someone {
    pub username: &'static str,
    pub name: &'static str,
    pub bio: &'static str,
}

/// Who says what, by username.
pub type Talk = &'static [(&'static str, &'static str)];

pub struct Room {
    pub name: &'static str,
    pub topic: &'static str,
    pub visibility: Visibility,
    /// The first one makes the room.
    pub members: &'static [&'static str],
    /// They have not looked in since the talk began.
    pub away: &'static [&'static str],
    pub talk: Talk,
}

/// A direct message between two, or a group of more.
pub struct Circle {
    pub name: Option<&'static str>,
    pub members: &'static [&'static str],
    pub away: &'static [&'static str],
    pub talk: Talk,
}

/// The first one becomes the owner of a fresh server.
pub const PEOPLE: &[Someone] = &[
    Someone { username: "ines", name: "Ines Okafor", bio: "Harbour office. If the gauge lies, I am the one who rows out." },
    Someone { username: "tomas", name: "Tomas Brandt", bio: "Servers, sensors and strong tea." },
    Someone { username: "ada", name: "Ada Lindqvist", bio: "Tide models. Harmonic constituents before breakfast." },
    Someone { username: "kwame", name: "Kwame Addo", bio: "Skipper of the Sandpiper." },
    Someone { username: "mo", name: "Mo Farahani", bio: "Draws the charts that people actually read." },
    Someone { username: "yuki", name: "Yuki Tanabe", bio: "Counts waders, loses gloves." },
    Someone { username: "priya", name: "Priya Raman", bio: "Releases, lists, and the list of lists." },
    Someone { username: "lucia", name: "Lucía Ferrer", bio: "New here. Questions are my hobby." },
];

/// The room that every server has.
pub const GENERAL: &str = "general";

pub const GENERAL_TALK: Talk = &[
    ("ines", "Good morning, everyone. Low water at 06:42, high at 12:55, and the forecast says fog until ten."),
    ("kwame", "Fog is here already. I can hear the breakwater, but I cannot see it."),
    ("yuki", "Morning! ☕"),
    ("priya", "Reminder: the spring charts go to the printer on Friday. What is not in by Thursday noon goes into the autumn edition."),
    ("mo", "Thursday noon our time or printer's time?"),
    ("priya", "Ours. The printer runs on coffee, not on time."),
    (
        "tomas",
        "The gauge at the north pier was rebooted last night. Readings between 02:10 and 02:25 are missing; they are marked as such.",
    ),
    ("ada", "Thank you. I will interpolate and flag them."),
    ("ada", "Fifteen minutes near slack water is nothing."),
    ("ada", "Near mid-tide I would have complained. Loudly."),
    ("lucia", "Hello! I am Lucía, first week. Is there a map of who does what?"),
    (
        "ines",
        "Welcome, Lucía! Short version: Ada computes, Mo draws, Tomas keeps it running, Kwame and Yuki get wet, Priya makes sure that it ever ends.",
    ),
    ("priya", "And Ines pretends that she does nothing."),
    ("lucia", "😄 That helps already."),
    ("tomas", "Your access to the build machine should work now. If `ssh tidepool` asks for a password, something is wrong; tell me."),
    ("lucia", "It lets me in. Thank you!"),
    ("kwame", "Fog is lifting. Leaving the quay in twenty minutes, two seats free."),
    ("yuki", "One for me, please."),
    ("ines", "And the other for Lucía? Best way to learn what the numbers mean."),
    ("lucia", "Yes please!"),
    ("kwame", "Bring a hat. Everybody forgets the hat."),
    ("mo", "Cake in the office at four. Lemon, and one without nuts for Priya. 🍋🎂"),
    ("priya", "This is why we hired a designer."),
];

pub const ROOMS: &[Room] = &[
    Room {
        name: "tide-charts",
        topic: "Spring edition: models, drawings, corrections",
        visibility: Visibility::Public,
        members: &["ada", "ines", "mo", "tomas", "priya", "kwame"],
        away: &["kwame"],
        talk: &[
            ("ada", "The first run of the spring model is done. The largest residual is 4.1 cm, at the inner basin."),
            ("ada", "For comparison: last spring it was 6.8 cm."),
            ("mo", "So the curves move? I have drawn sheet 3 already 🙈"),
            ("ada", "By a hair. At the scale of the sheet it is half a pen width."),
            ("mo", "Then I did not see that message."),
            ("ines", "The pilots will ask why the second high water of the 19th is later than in the old tables. What do I tell them?"),
            (
                "ada",
                "That the old tables left out one of the shallow-water constituents. The basin was dredged three years ago, it is deeper now, and \
                 the tide travels through it faster: what used to be lost in the noise is now eleven minutes on some days. We measured it on \
                 fourteen of them, and the new curve is inside the band on all fourteen.",
            ),
            ("ines", "Perfect. I will say \"the basin is deeper\" and look wise."),
            ("tomas", "The export is one call now:"),
            ("tomas", "```\ntide export --edition spring --sheets 1-12 \\\n    --datum chart --format svg\n```"),
            ("mo", "No more copying numbers by hand? I could cry."),
            ("tomas", "It takes 3.2 s for all twelve sheets. Most of that is the fonts."),
            ("priya", "Can it leave out sheet 7? That one waits for the survey."),
            ("tomas", "`--sheets 1-6,8-12`"),
            ("priya", "❤️"),
            ("mo", "Draft of sheet 3 with the new curve: https://charts.example/spring/draft-3"),
            ("ines", "The compass rose sits on the slipway."),
            ("mo", "It is a bold compass rose."),
            ("ines", "It is a wet compass rose."),
            ("mo", "Moved. 🧭"),
            ("ada", "The axis label says m, the values are dm."),
            ("mo", "Fixed, and thank you. That one would have been expensive."),
            ("priya", "State of things: 1–6 final, 7 waits for the survey, 8–11 need a second pair of eyes, 12 is the legend."),
            ("ada", "I take 8 and 9."),
            ("ines", "10 and 11 for me, tonight."),
        ],
    },
    Room {
        name: "field-notes",
        topic: "What we saw out there: weather, birds, lost gloves",
        visibility: Visibility::Public,
        members: &["yuki", "kwame", "ines", "lucia", "ada"],
        away: &["ines"],
        talk: &[
            ("yuki", "Mudflat east, 07:15–08:40, wind NW 3, visibility poor, then good."),
            ("yuki", "Oystercatcher 41, curlew 17, dunlin about 300 (one flock, turning all the time, so ±40)."),
            ("yuki", "And one spoonbill! 🎉"),
            ("kwame", "That was the white thing I took for a plastic bag. I apologise to the spoonbill."),
            ("lucia", "My first count ever: I had 38 oystercatchers, then they flew, then I had 52."),
            ("yuki", "Welcome to statistics."),
            (
                "kwame",
                "The staff gauge at the red buoy is overgrown again. I scraped it down to 0.4 m; below that I would need a diver or a braver skipper.",
            ),
            ("ada", "Which way does it read when it is overgrown?"),
            ("kwame", "High. The weed holds the water line a finger above where it is."),
            ("ada", "About 2 cm, then. I will look whether the residuals know about it."),
            ("ada", "They do. Since the 3rd, slowly growing. Beautiful, a barnacle clock."),
            ("yuki", "Glove found on the slipway. Left, blue, wool. Not mine, for once."),
            ("lucia", "Mine 🙋 I did remember the hat, though."),
            ("kwame", "Tomorrow out at 07:30. Swell from the west, one metre. Whoever had the fish soup should stay ashore."),
        ],
    },
    Room {
        name: "reading-corner",
        topic: "Papers, old almanacs, and the odd novel with a lighthouse in it",
        visibility: Visibility::Public,
        members: &["mo", "ada", "yuki"],
        away: &[],
        talk: &[
            ("mo", "Found at the flea market: a tide almanac of 1911, with the harbour drawn by hand. Every sounding is a tiny flag."),
            ("ada", "Does it print the constituents?"),
            ("mo", "It prints an advertisement for rope."),
            ("yuki", "Is the rope any good?"),
            ("mo", "\"Unsurpassed.\" With three exclamation marks, in 1911!!!"),
        ],
    },
    Room {
        name: "launch-room",
        topic: "Spring edition goes live: what is left, who does it",
        visibility: Visibility::Private,
        members: &["priya", "ines", "tomas", "mo", "ada"],
        away: &["ada"],
        talk: &[
            ("priya", "Plan: print files Thursday 12:00, site switches Friday 06:00, before the first pilots look."),
            ("tomas", "Friday 06:00 is low water. If something breaks, at least nobody sails."),
            (
                "priya",
                "Left to do:\n1. survey for sheet 7 (Ines)\n2. redirect of the old addresses (Tomas)\n3. legend in two languages (Mo)\n4. one line for the notice board (me)",
            ),
            ("ines", "The survey is booked for Wednesday, 09:00."),
            ("mo", "Second language is set. It is 20% longer, so the legend is 20% smaller, and I am 20% sadder."),
            ("tomas", "Redirects are in. 412 old addresses, 411 answer."),
            ("priya", "And the other one?"),
            ("tomas", "Was a typo since 2014. I keep it as a monument."),
            ("ines", "Ship it with the monument. ⚓"),
        ],
    },
];

pub const CIRCLES: &[Circle] = &[
    Circle {
        name: Some("Friday boat"),
        members: &["kwame", "ines", "yuki", "mo"],
        away: &[],
        talk: &[
            ("kwame", "Sandpiper is free on Friday after five. Around the lighthouse and back, if the wind agrees."),
            ("yuki", "In!"),
            ("mo", "In, if somebody else steers."),
            ("ines", "In. I bring the soup, and this time also spoons."),
            ("kwame", "Growth in this organisation never stops."),
        ],
    },
    Circle {
        name: None,
        members: &["tomas", "ines"],
        away: &[],
        talk: &[
            ("tomas", "Do you have a minute for the pier gauge? It wants a new battery before the frost."),
            ("ines", "How long does the old one last?"),
            ("tomas", "By the curve, until the 20th. By my experience with curves, until the 12th."),
            ("ines", "Then the 11th. I put it into the calendar."),
            ("tomas", "👍"),
        ],
    },
    Circle {
        name: None,
        members: &["ada", "mo"],
        away: &[],
        talk: &[
            ("ada", "Would a thinner line for the neap tides be possible? They vanish under the grid."),
            ("mo", "Thinner vanishes more. What about a lighter grid?"),
            ("ada", "You are right, as so often with lines."),
        ],
    },
    Circle {
        name: None,
        members: &["lucia", "priya"],
        away: &[],
        talk: &[
            ("lucia", "Is it all right if I sit in on the launch on Friday? I asked to be let into the room."),
            ("priya", "More than all right. You get the button."),
            ("lucia", "There is a button??"),
            ("priya", "There will be one by Friday."),
        ],
    },
    Circle {
        name: None,
        members: &["kwame", "ines"],
        away: &["ines"],
        talk: &[
            ("kwame", "The harbour master of the other side called. They want to read our gauge too, every ten minutes."),
            ("kwame", "I said that you decide such things, and that you like good cheese."),
            ("kwame", "They have very good cheese over there. 🧀"),
        ],
    },
];

/// Somebody asks to be let into a private room.
pub const ASKS: (&str, &str) = ("lucia", "launch-room");
