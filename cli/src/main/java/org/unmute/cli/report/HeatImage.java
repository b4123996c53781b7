package org.unmute.cli.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.unmute.cli.report.ReportModel.Heat;

/** A map as a PNG, one pixel per value, time to the right and frequency upwards. */
final class HeatImage {
    private static final int WIDEST = 4000;

    private HeatImage() {}

    /** The range of colours: values at or below {@code low} are darkest. */
    record Range(double low, double high) {
        /** From the smallest to the largest finite value. */
        static Range full(Heat heat) {
            float[] sorted = sorted(heat);
            return of(sorted[0], sorted[sorted.length - 1]);
        }

        /** Without the lowest 2 % and the highest 0.2 %: single silent bins would otherwise take up the whole scale. */
        static Range trimmed(Heat heat) {
            float[] sorted = sorted(heat);
            return of(sorted[(int) (0.02 * (sorted.length - 1))], sorted[(int) (0.998 * (sorted.length - 1))]);
        }

        private static Range of(double low, double high) {
            return high > low ? new Range(low, high) : new Range(low, low + 1);
        }

        private static float[] sorted(Heat heat) {
            float[] all = new float[heat.values().length * heat.values()[0].length];
            int n = 0;
            for (float[] row : heat.values()) {
                for (float v : row) {
                    if (Float.isFinite(v)) {
                        all[n++] = v;
                    }
                }
            }
            float[] finite = n == 0 ? new float[1] : Arrays.copyOf(all, n);
            Arrays.sort(finite);
            return finite;
        }
    }

    /**
     * The map as a {@code data:} address; maps wider than 4000 values are thinned by taking the largest of neighbours.
     */
    static String dataUri(Heat heat, Range range) {
        int thin = (heat.values().length + WIDEST - 1) / WIDEST;
        int width = (heat.values().length + thin - 1) / thin;
        int height = heat.values()[0].length;
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_INDEXED, ColourMap.palette());
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                double v = Double.NEGATIVE_INFINITY;
                for (int t = x * thin; t < Math.min((x + 1) * thin, heat.values().length); t++) {
                    v = Math.max(v, heat.values()[t][y]);
                }
                double position = (v - range.low()) / (range.high() - range.low());
                int index = position > 0 ? (int) Math.round(255 * Math.min(1, position)) : 0;
                image.getRaster().setSample(x, height - 1 - y, 0, index);
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        try {
            if (!ImageIO.write(image, "png", png)) {
                throw new IllegalStateException("report: this JDK has no PNG writer");
            }
        } catch (IOException e) {
            throw new IllegalStateException("report: a PNG could not be made in memory", e);
        }
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png.toByteArray());
    }
}
