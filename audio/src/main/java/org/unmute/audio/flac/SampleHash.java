package org.unmute.audio.flac;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Computes the MD5 that STREAMINFO states: of the interleaved samples, signed, little-endian, each in the smallest
 * number of whole bytes (RFC 9639, section 8.2).
 */
final class SampleHash {
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();
    /** Number of samples converted to bytes at a time. */
    private static final int CHUNK = 2048;

    private final MessageDigest digest;
    private final int bytes;
    private final byte[] buffer;

    SampleHash(StreamInfo info) {
        try {
            digest = MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has MD5", e);
        }
        bytes = (info.bits() + 7) / 8;
        buffer = new byte[CHUNK * info.channels() * bytes];
    }

    /** @param samples {@code [channels][n]} */
    void update(int[][] samples, int n) {
        int channels = samples.length;
        for (int from = 0; from < n; from += CHUNK) {
            int to = Math.min(n, from + CHUNK);
            if (channels == 2 && bytes == 2) {
                pairs(samples[0], samples[1], from, to);
            } else {
                for (int c = 0; c < channels; c++) {
                    interleave(samples[c], from, to, c * bytes, channels * bytes);
                }
            }
            digest.update(buffer, 0, (to - from) * channels * bytes);
        }
    }

    private void pairs(int[] left, int[] right, int from, int to) {
        for (int i = from; i < to; i++) {
            INT.set(buffer, 4 * (i - from), left[i] & 0xFFFF | right[i] << 16);
        }
    }

    private void interleave(int[] channel, int from, int to, int at, int step) {
        for (int i = from; i < to; i++, at += step) {
            int value = channel[i];
            for (int b = 0; b < bytes; b++) {
                buffer[at + b] = (byte) (value >> 8 * b);
            }
        }
    }

    byte[] finish() {
        return digest.digest();
    }
}
