package org.unmute.codecs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.unmute.models.audio.UnreadableAudioException;

/**
 * The STREAMINFO block of a FLAC file (RFC 9639, section 8.2). The decoder does not compare it with what it decoded,
 * so without {@link Check} damage and truncation would go unnoticed.
 *
 * @param frames     samples per channel, 0 if the encoder did not know
 * @param frameBytes bytes of one sample of all channels
 * @param md5        hash of the samples, all zero if the encoder did not know
 */
record FlacStreamInfo(long frames, int frameBytes, byte[] md5) {
    private static final int BLOCK = 34;

    static FlacStreamInfo read(Path file) throws IOException {
        byte[] head;
        try (InputStream in = Files.newInputStream(file)) {
            head = in.readNBytes(8 + BLOCK);
        }
        ByteBuffer b = ByteBuffer.wrap(head);
        if (head.length < 8 + BLOCK || (b.getInt(4) & 0x7FFFFFFF) != BLOCK) {
            throw new UnreadableAudioException(
                    file.toString(), "damaged FLAC data: it does not begin with a stream information block");
        }
        // 20 bits sample rate, 3 bits channels - 1, 5 bits (bits per sample) - 1, 36 bits length.
        long packed = b.getLong(18);
        int channels = (int) (packed >>> 41 & 7) + 1;
        int bits = (int) (packed >>> 36 & 31) + 1;
        return new FlacStreamInfo(packed & 0xFFFFFFFFFL, channels * ((bits + 7) / 8), Arrays.copyOfRange(head, 26, 42));
    }

    Check check() {
        return new Check();
    }

    /** Compares the decoded samples, as little-endian bytes, with the stated length and hash. */
    final class Check {
        private final MessageDigest digest;
        private long bytes;

        private Check() {
            try {
                digest = MessageDigest.getInstance("MD5");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has MD5", e);
            }
        }

        void update(byte[] pcm, int length) {
            digest.update(pcm, 0, length);
            bytes += length;
        }

        void finish(String source) throws UnreadableAudioException {
            long got = bytes / frameBytes;
            if (frames > 0 && got != frames) {
                throw new UnreadableAudioException(
                        source,
                        "truncated or damaged: the header states " + frames + " samples, " + got + " could be decoded");
            }
            boolean known = !Arrays.equals(md5, new byte[md5.length]);
            if (known && !Arrays.equals(md5, digest.digest())) {
                throw new UnreadableAudioException(
                        source, "damaged: the checksum of the samples differs from the one in the file");
            }
        }
    }
}
