package org.unmute.audio;

import java.io.IOException;
import org.unmute.audio.hearing.Mixdown;

/**
 * Uncompressed files: WAV (RIFF, RIFX, RF64, BW64, Sony Wave64), AIFF, AIFC and AU, with integers of up to 32 bits,
 * floats of 32 and 64 bits, A-law and mu-law, and up to 64 channels. Files that are truncated, or whose header states a
 * wrong length, are read as far as possible, with a warning.
 */
public final class PcmFormat implements AudioFormatProvider {
    /** For the service loader. */
    public PcmFormat() {}

    @Override
    public String name() {
        return "WAV, AIFF, AU";
    }

    @Override
    public boolean matches(byte[] head) {
        return RiffHeader.matches(head) || AiffHeader.matches(head) || AuHeader.matches(head);
    }

    @Override
    public AudioStream open(AudioSource source) throws IOException {
        return open(source, Mixdown.MEAN);
    }

    @Override
    public AudioStream open(AudioSource source, int channel) throws IOException {
        byte[] head = source.peek(AudioFormats.HEAD_BYTES);
        PcmLayout layout = RiffHeader.matches(head)
                ? RiffHeader.read(source)
                : AiffHeader.matches(head) ? AiffHeader.read(source) : AuHeader.read(source);
        return new PcmStream(source, layout, channel);
    }
}
