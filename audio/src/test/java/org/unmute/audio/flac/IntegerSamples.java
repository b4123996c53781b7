package org.unmute.audio.flac;

import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.unmute.audio.AudioSource;

/** Reads the integer samples of a FLAC file. */
final class IntegerSamples {
    private IntegerSamples() {}

    /** The samples {@code [channels][samples]} from the current position to the end. */
    static int[][] rest(FlacStream stream) throws IOException {
        int chunk = 1000;
        List<int[][]> parts = new ArrayList<>();
        int total = 0;
        while (true) {
            int[][] part = new int[stream.channels()][chunk];
            int n = stream.read(part, 0, chunk);
            if (n < 0) {
                break;
            }
            for (int c = 0; c < part.length; c++) {
                part[c] = Arrays.copyOf(part[c], n);
            }
            parts.add(part);
            total += n;
        }
        int[][] all = new int[stream.channels()][total];
        int at = 0;
        for (int[][] part : parts) {
            for (int c = 0; c < part.length; c++) {
                System.arraycopy(part[c], 0, all[c], at, part[c].length);
            }
            at += part[0].length;
        }
        return all;
    }

    /** The MD5 of the samples in hexadecimal, as STREAMINFO defines it but computed independently of the decoder. */
    static String md5(Path file) throws IOException {
        try (FlacStream stream = FlacStream.open(AudioSource.of(file))) {
            return md5(rest(stream), stream.bits());
        }
    }

    static String md5(int[][] samples, int bits) {
        int bytes = (bits + 7) / 8;
        byte[] interleaved = new byte[samples.length * samples[0].length * bytes];
        int at = 0;
        for (int i = 0; i < samples[0].length; i++) {
            for (int[] channel : samples) {
                for (int b = 0; b < bytes; b++) {
                    interleaved[at++] = (byte) (channel[i] >> 8 * b);
                }
            }
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(interleaved));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
