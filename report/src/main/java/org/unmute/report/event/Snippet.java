package org.unmute.report.event;

import java.util.Base64;
import org.unmute.report.page.Html;

/**
 * A stretch of a recording as picture and sound.
 *
 * @param start       in seconds
 * @param end         in seconds
 * @param highHz      upper end of the frequency axis of the picture, which is linear and starts at 0
 * @param picture     PNG image, {@link #WIDTH} by {@link #HEIGHT} pixels
 * @param audio       mono, in [-1, 1]
 * @param audioRate   in Hz
 */
record Snippet(double start, double end, double highHz, byte[] picture, float[] audio, int audioRate) {
    static final int WIDTH = 400;
    static final int HEIGHT = 128;
    private static final String PNG_URI = "data:image/png;base64,";
    /** Bytes of the header, the palette and the overhead of deflate for incompressible data. */
    private static final int PNG_OVERHEAD = 2048;

    /** Maximum number of characters of the two URIs of a snippet. */
    static long maxLength(long audioSamples) {
        long png = (long) (WIDTH + 1) * HEIGHT + PNG_OVERHEAD;
        return PNG_URI.length() + 4 * Math.ceilDiv(png, 3) + Html.wavUriLength(audioSamples);
    }

    String pictureUri() {
        return PNG_URI + Base64.getEncoder().encodeToString(picture);
    }

    /** The picture of these samples, which are not empty. */
    static byte[] spectrogram(float[] samples, int rate) {
        return SpectrogramPicture.png(samples, rate, WIDTH, HEIGHT);
    }
}
