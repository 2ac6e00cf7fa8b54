//! Client of the session-key programs.
