//! The parts that every screen is built of. They know shapes and keys, and no word of the domain.

pub mod avatar;
pub mod button;
pub mod combo;
pub mod dialog;
pub mod empty;
pub mod field;
pub mod icon;
pub mod menu;
pub mod radio;
pub mod reactive;
pub mod roving;
pub mod toast;
