package org.unmute.data.scene;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/**
 * A recording of {@link SparseScenes}, generated piece by piece while it is read. Apart from the list of its events,
 * memory does not depend on its length. Not thread-safe.
 */
public final class SparseRecording {
    /** Fade in seconds at the ends of an event, to avoid clicks where it is cut out of a longer source. */
    private static final double EVENT_FADE = 0.005;

    /**
     * A piece of background at its position.
     *
     * @param piece   the piece
     * @param at      its first sample
     * @param levelDb its RMS, in dB of full scale
     */
    record Layer(BackgroundPool.Piece piece, long at, double levelDb) {}

    /**
     * An event at its position.
     *
     * @param event   the event; its gain is its RMS relative to the background, in dB
     * @param samples its source
     * @param from    first sample of the source
     * @param length  in samples
     * @param at      its first sample
     * @param gain    amplitude factor applied to the source
     */
    record Placed(Scene.Event event, Samples samples, int from, int length, long at, double gain) {}

    /**
     * A piece of the background, for tables.
     *
     * @param start   time at which it begins to fade in, in seconds
     * @param end     time at which it has faded out, in seconds
     * @param source  the id of a recording, or {@code synth:}, the kind of noise, and its seed in hexadecimal
     * @param from    its start in the recording, in seconds; 0 for noise
     * @param levelDb its RMS, in dB of full scale
     */
    public record Background(double start, double end, String source, double from, double levelDb) {}

    /** Samples that are playing, with the weights of their fades at both ends. */
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

    /** A quarter of a sine: pieces are uncorrelated, so their powers add up to a constant. */
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

    /** The events by time; {@link Scene.Event#gainDb} is the RMS relative to the surrounding background, in dB. */
    public List<Scene.Event> events() {
        return placed.stream().map(Placed::event).toList();
    }

    /** The pieces of the background by time. */
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

    /**
     * Number of events that are closer than half a second to another event of their class, for lack of another
     * position.
     */
    public int crowded() {
        return crowded;
    }

    /** Number of samples read so far that exceeded full scale and were clipped. */
    public long clipped() {
        return clipped;
    }

    /**
     * Reads the next samples.
     *
     * @param block receives the samples
     * @param count at most {@code block.length}, and at most the number of samples left
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

    /** Starts the pieces and events that begin before a sample. */
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
