package org.unmute.mp3;

import java.io.IOException;
import org.unmute.audio.AudioFormatProvider;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.playback.Mixdown;

/** Recognizes MP3 files and MPEG audio of layer II by two consecutive frame headers, and opens them. */
public final class Mp3Format implements AudioFormatProvider {
    /** For the service loader. */
    public Mp3Format() {}

    @Override
    public String name() {
        return "MP3";
    }

    /** Skips leading zero bytes, which some programs use to pad the space after a tag. */
    @Override
    public boolean matches(byte[] head) {
        int at = 0;
        while (at < head.length && head[at] == 0) {
            at++;
        }
        if (at + Mp3Header.LENGTH > head.length) {
            return false;
        }
        Mp3Header first = Mp3Header.parse(head, at);
        int next = first == null ? 0 : at + first.bytes();
        if (first == null || next + Mp3Header.LENGTH > head.length) {
            return first != null;
        }
        Mp3Header second = Mp3Header.parse(head, next);
        return second != null && second.continues(first) || head[next] == 'T' || head[next] == 'A';
    }

    @Override
    public AudioStream open(AudioSource source) throws IOException {
        return open(source, Mixdown.MEAN);
    }

    @Override
    public AudioStream open(AudioSource source, int channel) throws IOException {
        return Mp3Stream.open(source, channel);
    }
}
