#!/bin/sh
# Joins the style sheets, in cascade order, into the one file that index.html links. Run by Trunk before each build.
set -eu
cd "$(dirname "$0")"
out=../../.gen/app.css
mkdir -p ../../.gen
printf "*\n" > ../../.gen/.gitignore
cat tokens.css reset.css base.css layout.css rail.css list.css timeline.css text.css composer.css \
    forms.css dialogs.css details.css pages.css auth.css states.css motion.css overrides.css > "$out.new"
# leave an unchanged file alone, or `trunk watch` would never come to rest
if cmp -s "$out.new" "$out"; then rm "$out.new"; else mv "$out.new" "$out"; fi
