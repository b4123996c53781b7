package org.unmute.report.event;

import java.util.Arrays;
import org.unmute.models.frontend.Fft;
import org.unmute.report.drawing.PngWriter;
import org.unmute.report.page.ColourMap;

/** Draws the spectrogram of a short stretch of sound, with a colour scale of its own. */
public final class SpectrogramPicture {
    /** Number of colours of a picture; more would not be visible but would make it larger. */
    private static final int COLOURS = 64;

    private static final double WINDOW_SECONDS = 0.025;
    private static final int MAX_FFT = 8192;
    /** Dynamic range in dB; lower values have the darkest colour. */
    private static final double DEEPEST = 70;

    private static final double LOW_SHARE = 0.1;
    private static final double HIGH_SHARE = 0.998;

    private SpectrogramPicture() {}

    /**
     * Draws a spectrogram: power in dB of Hann windows of at least 25 ms; each pixel shows the maximum over its bins
     * and windows.
     *
     * @param samples not empty. Not modified.
     * @param rate    in Hz
     * @param width   in pixels
     * @param height  in pixels
     * @return PNG image with time to the right and frequency from 0 to {@code rate / 2} upwards
     */
    public static byte[] png(float[] samples, int rate, int width, int height) {
        int window = Math.clamp(Integer.highestOneBit(Math.max(1, (int) (2 * WINDOW_SECONDS * rate) - 1)), 4, MAX_FFT);
        Fft fft = new Fft(window);
        double[] hann = new double[window];
        for (int i = 0; i < window; i++) {
            hann[i] = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / window);
        }
        double[] frame = new double[window];
        double[] re = new double[fft.bins()];
        double[] im = new double[fft.bins()];
        double[][] decibels = new double[width][];
        int steps = Math.max(1, Math.ceilDiv(samples.length, width * window / 2));
        for (int x = 0; x < width; x++) {
            double[] power = new double[fft.bins()];
            for (int s = 0; s < steps; s++) {
                long middle = (long) ((x + (s + 0.5) / steps) / width * samples.length);
                for (int i = 0; i < window; i++) {
                    long at = middle - window / 2 + i;
                    frame[i] = at >= 0 && at < samples.length ? samples[(int) at] * hann[i] : 0;
                }
                fft.transform(frame, re, im);
                for (int k = 0; k < power.length; k++) {
                    power[k] = Math.max(power[k], re[k] * re[k] + im[k] * im[k]);
                }
            }
            decibels[x] = rows(power, height);
        }
        return png(decibels, width, height);
    }

    /** The maximum in dB over the bins of each pixel row, from low to high frequencies. */
    private static double[] rows(double[] power, int height) {
        double[] rows = new double[height];
        double bins = (power.length - 1) / (double) height;
        for (int y = 0; y < height; y++) {
            int from = (int) Math.round(y * bins);
            int to = Math.max(from + 1, (int) Math.round((y + 1) * bins));
            double max = 0;
            for (int k = from; k < to; k++) {
                max = Math.max(max, power[k]);
            }
            rows[y] = 10 * Math.log10(max + 1e-12);
        }
        return rows;
    }

    private static byte[] png(double[][] decibels, int width, int height) {
        double[] sorted =
                Arrays.stream(decibels).flatMapToDouble(Arrays::stream).sorted().toArray();
        double high = sorted[(int) (HIGH_SHARE * (sorted.length - 1))];
        double low = Math.min(high - 1, Math.max(high - DEEPEST, sorted[(int) (LOW_SHARE * (sorted.length - 1))]));
        int[] palette = new int[COLOURS];
        Arrays.setAll(palette, i -> ColourMap.SEQUENTIAL.rgb(i / (COLOURS - 1.0)));
        byte[] colours = new byte[width * height];
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                double position = Math.clamp((decibels[x][y] - low) / (high - low), 0, 1);
                colours[(height - 1 - y) * width + x] = (byte) Math.round(position * (COLOURS - 1));
            }
        }
        return PngWriter.ofPalette(width, height, colours, palette);
    }
}
