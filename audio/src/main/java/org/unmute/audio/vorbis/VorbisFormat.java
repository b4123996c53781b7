package org.unmute.audio.vorbis;

import java.io.IOException;
import org.unmute.audio.AudioFormatProvider;
import org.unmute.audio.AudioSource;
import org.unmute.audio.AudioStream;
import org.unmute.audio.playback.Mixdown;

/** Recognizes and opens Ogg files whose first packet is Vorbis. */
public final class VorbisFormat implements AudioFormatProvider {
    private static final String PAGE = "OggS";
    private static final String PACKET = "\u0001vorbis";
    /** Position of the first packet, on a page with one segment. */
    private static final int FIRST = 28;

    /** For the service loader. */
    public VorbisFormat() {}

    @Override
    public String name() {
        return "Ogg Vorbis";
    }

    @Override
    public boolean matches(byte[] head) {
        return has(head, 0, PAGE) && has(head, FIRST, PACKET);
    }

    private static boolean has(byte[] bytes, int at, String text) {
        boolean equal = bytes.length >= at + text.length();
        for (int i = 0; equal && i < text.length(); i++) {
            equal = bytes[at + i] == text.charAt(i);
        }
        return equal;
    }

    @Override
    public AudioStream open(AudioSource source) throws IOException {
        return open(source, Mixdown.MEAN);
    }

    @Override
    public AudioStream open(AudioSource source, int channel) throws IOException {
        return VorbisStream.open(source, channel);
    }
}
