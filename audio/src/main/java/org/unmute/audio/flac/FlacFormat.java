package org.unmute.audio.flac;

import java.io.IOException;
import org.unmute.audio.AudioFormatProvider;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;

/** Recognizes and opens FLAC files, which begin with {@code fLaC}. */
public final class FlacFormat implements AudioFormatProvider {
    /** For the service loader. */
    public FlacFormat() {}

    @Override
    public String name() {
        return "FLAC";
    }

    @Override
    public boolean matches(byte[] head) {
        return head.length >= 4 && head[0] == 'f' && head[1] == 'L' && head[2] == 'a' && head[3] == 'C';
    }

    @Override
    public AudioStream open(AudioSource source) throws IOException {
        return FlacStream.open(source);
    }

    @Override
    public AudioStream open(AudioSource source, int channel) throws IOException {
        return FlacStream.open(source, channel);
    }
}
