package org.unmute.data.scene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * A recording of {@link SparseScenes}, which is made piece by piece while it is read. Memory does not depend on its
 * length, but for the list of its events. Not thread-safe.
 */
public final class SparseRecording {
    /** Fades at the ends of an event, against clicks where it is cut out of a longer source. In seconds. */
    private static final double EVENT_FADE = 0.005;

    /**
     * A piece of background in its place.
     *
     * @param piece   what to play
     * @param at      its first sample
     * @param levelDb its RMS, in dB of full scale
     */
    record Layer(BackgroundPool.Piece piece, long at, double levelDb) {}

    /**
     * An event in its place.
     *
     * @param event   what it is; the gain is its RMS above the background's, in dB
     * @param samples its source
     * @param from    first sample of the source
     * @param length  in samples
     * @param at      its first sample
     * @param gain    factor of the source
     */
    record Placed(Scene.Event event, Samples samples, int from, int length, long at, double gain) {}

    /**
     * What the background is made of, for tables.
     *
     * @param start   where it begins to fade in, in seconds
     * @param end     where it has faded out, in seconds
     * @param source  the id of a recording, or {@code synth:}, the kind of noise, and its seed in hex digits
     * @param from    where it begins in a recording, in seconds; 0 for noise
     * @param levelDb its RMS, in dB of full scale
     */
    public record Background(double start, double end, String source, double from, double levelDb) {}

    /** Samples that sound now, with their weights at both ends. */
    private record Sounding(float[] samples, int from, int length, long at, double gain, float[] in, float[] out) {
        void addTo(double[] mix, long start, int count) {
            int begin = (int) Math.max(0, start - at);
            int end = (int) Math.min(length, start + count - at);
            for (int i = begin; i < end; i++) {
                double weight = i < in.length ? in[i] : 1;
                int left = length - 1 - i;
                weight *= left < out.length ? out[left] : 1;
                mix[(int) (at + i - start)] += gain * weight * samples[from + i];
            }
        }
    }

    private static final float[] NO_FADE = new float[0];

    private final SparseScenes.Options options;
    private final List<Layer> layers;
    private final List<Placed> placed;
    private final int crowded;
    private final List<Sounding> sounding = new ArrayList<>();
    private final float[] crossfade;
    private final float[] eventFade;
    private double[] mix = new double[0];
    private int nextLayer;
    private int nextPlaced;
    private long position;
    private long clipped;

    SparseRecording(SparseScenes.Options options, List<Layer> layers, List<Placed> placed, int crowded) {
        this.options = options;
        this.layers = List.copyOf(layers);
        this.placed = List.copyOf(placed);
        this.crowded = crowded;
        crossfade = fade(options.fade());
        eventFade = fade((int) (EVENT_FADE * options.rate()));
    }

    /** A quarter of a sine: pieces are not correlated, so their powers add up to a constant. */
    private static float[] fade(int length) {
        float[] weights = new float[length];
        for (int i = 0; i < length; i++) {
            weights[i] = (float) StrictMath.sin(StrictMath.PI / 2 * (i + 0.5) / length);
        }
        return weights;
    }

    /** Length in samples. */
    public long samples() {
        return options.samples();
    }

    /** Samples per second. */
    public int sampleRate() {
        return options.rate();
    }

    /** The events by time; {@link Scene.Event#gainDb} is the RMS above that of the background around, in dB. */
    public List<Scene.Event> events() {
        return placed.stream().map(Placed::event).toList();
    }

    /** What the background is made of, by time. */
    public List<Background> background() {
        double rate = options.rate();
        return layers.stream()
                .map(layer -> new Background(
                        layer.at() / rate,
                        (layer.at() + layer.piece().length()) / rate,
                        layer.piece().source(),
                        layer.piece().from() / rate,
                        layer.levelDb()))
                .toList();
    }

    /** Events that are closer than half a second to another one of their class, since there was no other place. */
    public int crowded() {
        return crowded;
    }

    /** How many of the samples read so far went beyond full scale, and were limited to it. */
    public long clipped() {
        return clipped;
    }

    /**
     * Gives the samples that follow.
     *
     * @param block receives them. Modified.
     * @param count at most {@code block.length}, and at most what is left
     * @throws IOException if a source cannot be read
     */
    public void next(float[] block, int count) throws IOException {
        if (count > samples() - position) {
            throw new IllegalArgumentException("soundscape: " + count + " samples at " + position + " of " + samples());
        }
        if (mix.length < count) {
            mix = new double[count];
        }
        Arrays.fill(mix, 0, count, 0);
        begin(position + count);
        for (Iterator<Sounding> each = sounding.iterator(); each.hasNext(); ) {
            Sounding one = each.next();
            one.addTo(mix, position, count);
            if (one.at() + one.length() <= position + count) {
                each.remove();
            }
        }
        for (int i = 0; i < count; i++) {
            clipped += Math.abs(mix[i]) > 1 ? 1 : 0;
            block[i] = (float) Math.clamp(mix[i], -1, 1);
        }
        position += count;
    }

    /** Reads what begins before a sample. */
    private void begin(long end) throws IOException {
        while (nextLayer < layers.size() && layers.get(nextLayer).at() < end) {
            Layer layer = layers.get(nextLayer);
            float[] samples = layer.piece().render(Dsp.fromDb(layer.levelDb()));
            float[] in = nextLayer == 0 ? NO_FADE : crossfade;
            float[] out = nextLayer == layers.size() - 1 ? NO_FADE : crossfade;
            sounding.add(new Sounding(samples, 0, samples.length, layer.at(), 1, in, out));
            nextLayer++;
        }
        while (nextPlaced < placed.size() && placed.get(nextPlaced).at() < end) {
            Placed one = placed.get(nextPlaced);
            sounding.add(new Sounding(
                    one.samples().read(), one.from(), one.length(), one.at(), one.gain(), eventFade, eventFade));
            nextPlaced++;
        }
    }
}
