//! vinr-server
