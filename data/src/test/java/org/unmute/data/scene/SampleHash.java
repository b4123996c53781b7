package org.unmute.data.scene;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of samples as big-endian float bits. */
final class SampleHash {
    private SampleHash() {}

    static String of(float[] samples) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * samples.length);
        for (float v : samples) {
            bytes.putFloat(v);
        }
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array()));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
