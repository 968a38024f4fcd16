//! What a server did to its files, call by call.
