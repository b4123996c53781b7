package org.unmute.audio.vorbis;

/** A Vorbis packet breaks a rule; the message says which, to follow the file's name. */
final class InvalidVorbisException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidVorbisException(String message) {
        super(message);
    }
}
