package org.unmute.audio.vorbis;

/** A Vorbis packet violates a rule. The message names the rule and is meant to follow the file's name. */
final class InvalidVorbisException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidVorbisException(String message) {
        super(message);
    }
}
