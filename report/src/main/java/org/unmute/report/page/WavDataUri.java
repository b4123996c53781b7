package org.unmute.report.page;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Samples as a 16-bit WAV in a {@code data:} URI. */
public final class WavDataUri {
    private static final int HEADER = 44;

    private WavDataUri() {}

    /** The URI of mono samples in [-1, 1]. */
    public static String of(float[] samples, int sampleRate) {
        int bytes = Math.multiplyExact(samples.length, 2);
        ByteBuffer wav = ByteBuffer.allocate(Math.addExact(HEADER, bytes)).order(ByteOrder.LITTLE_ENDIAN);
        wav.put("RIFF".getBytes(StandardCharsets.US_ASCII)).putInt(HEADER - 8 + bytes);
        wav.put("WAVEfmt ".getBytes(StandardCharsets.US_ASCII)).putInt(16);
        wav.putShort((short) 1)
                .putShort((short) 1)
                .putInt(sampleRate)
                .putInt(2 * sampleRate)
                .putShort((short) 2)
                .putShort((short) 16);
        wav.put("data".getBytes(StandardCharsets.US_ASCII)).putInt(bytes);
        for (float v : samples) {
            wav.putShort((short) Math.clamp(Math.round(v * 32767f), -32768, 32767));
        }
        return "data:audio/wav;base64," + Base64.getEncoder().encodeToString(wav.array());
    }
}
