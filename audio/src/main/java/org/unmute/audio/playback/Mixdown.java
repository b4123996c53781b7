package org.unmute.audio.playback;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * How a decoder reduces the channels of a source to one: their mean, or one of them. A decoder passes on the energies
 * of the frames that it reads; if the channels cancel each other, so that their mean holds less than a tenth of their
 * energy, {@link #and} says so. Not thread-safe.
 */
public final class Mixdown {
    /** Means the average of all channels where a channel is requested; channels count from 1. */
    public static final int MEAN = 0;

    /** The share of the channels' energy below which their mean counts as cancelled. */
    private static final double CANCELLED = 0.1;
    /** Seconds of a recording that are judged together, besides all of it. */
    private static final double STRETCH_SECONDS = 10;
    /** Fewer frames may cancel by chance. */
    private static final int MIN_FRAMES = 1000;
    /** Mean square of a channel below which there is nothing to cancel: -100 dB of full scale. */
    private static final double SILENCE = 1e-10;

    private static final String BEGIN = "its channels cancel each other";

    private final int channel;
    private final int channels;
    private final long stretchFrames;
    private final int sampleRate;
    private Energy all = Energy.NONE;
    private Energy stretch = Energy.NONE;
    /** First frames of what is measured. */
    private long start;

    private long stretchStart;
    private String warning;

    /** Sums over frames: of the squares of the mean, and of the mean of the channels' squares. */
    private record Energy(double mixed, double channels, long frames) {
        static final Energy NONE = new Energy(0, 0, 0);

        Energy and(double moreMixed, double moreChannels, int count) {
            return new Energy(mixed + moreMixed, channels + moreChannels, frames + count);
        }

        boolean isCancelled() {
            return frames >= MIN_FRAMES && channels > SILENCE * frames && mixed < CANCELLED * channels;
        }
    }

    private Mixdown(int channel, int channels, int sampleRate) {
        this.channel = channel;
        this.channels = channels;
        this.sampleRate = sampleRate;
        stretchFrames = (long) (STRETCH_SECONDS * sampleRate);
    }

    /**
     * The mean of the channels of a source, or one channel.
     *
     * @param channel  from 1, or {@link #MEAN}
     * @param channels of the source, at least 1
     * @param sampleRate in Hz
     * @param lacking makes an exception of the reason, if the source lacks the channel
     * @throws E if it does
     */
    public static <E extends Exception> Mixdown of(
            int channel, int channels, int sampleRate, Function<String, E> lacking) throws E {
        if (channel < 0) {
            throw new IllegalArgumentException("channels count from 1: " + channel);
        }
        if (channel > channels) {
            throw lacking.apply("there is no channel " + channel + ": it has "
                    + (channels == 1 ? "one channel" : channels + " channels"));
        }
        return new Mixdown(channel, channels, sampleRate);
    }

    /** Whether a warning is that of channels that cancel. */
    public static boolean isCancellation(String warning) {
        return warning.startsWith(BEGIN);
    }

    /** Index of the first channel to read. */
    public int first() {
        return channel == MEAN ? 0 : channel - 1;
    }

    /** Number of channels to read, of which the mean is taken: one, or all. */
    public int count() {
        return channel == MEAN ? channels : 1;
    }

    /** Whether energies are to be {@linkplain #measured measured}: several channels are mixed. */
    public boolean isMeasured() {
        return count() > 1;
    }

    /**
     * Receives the energies of the next frames.
     *
     * @param position first of the frames in the recording
     * @param mixed sum of the squares of their means over the channels
     * @param each sum of the squares of all channels' samples
     * @param fullScale the value of a sample at full scale
     */
    public void measured(long position, int frames, double mixed, double each, double fullScale) {
        if (frames == 0) {
            return;
        }
        double unit = fullScale * fullScale;
        if (all.frames == 0) {
            start = position;
        }
        all = all.and(mixed / unit, each / unit / channels, frames);
        if (stretch.frames == 0) {
            stretchStart = position;
        }
        stretch = stretch.and(mixed / unit, each / unit / channels, frames);
        if (stretch.frames >= stretchFrames) {
            settle(stretch, stretchStart);
            stretch = Energy.NONE;
        }
    }

    private void settle(Energy energy, long first) {
        if (warning == null && energy.isCancelled()) {
            double share = 100 * energy.mixed / energy.channels;
            warning = String.format(
                    Locale.ROOT,
                    "%s: over %.1f s from %.1f s on, the mean of its %d channels keeps %s %% of their energy: read each"
                            + " with --channels each",
                    BEGIN,
                    (double) energy.frames / sampleRate,
                    (double) first / sampleRate,
                    channels,
                    share < 0.1 ? "less than 0.1" : String.format(Locale.ROOT, "%.1f", share));
        }
    }

    /**
     * The warnings of a source and, if its channels cancel each other, one that says how much of their energy the mean
     * has lost.
     */
    public List<String> and(List<String> warnings) {
        settle(all, start);
        List<String> more = new ArrayList<>(warnings);
        if (warning != null) {
            more.add(warning);
        }
        return List.copyOf(more);
    }
}
