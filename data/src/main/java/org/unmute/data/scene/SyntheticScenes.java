package org.unmute.data.scene;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An endless, seeded set of polyphonic clips of the ten {@link Sound} classes: each clip holds a few different classes
 * at different levels, at random offsets over background noise. Clip {@code i} of a split is a pure function of
 * (options, seed, split, i), and the splits share no clip seed and no event seed.
 */
public final class SyntheticScenes {
    private static final int GROUP = 64;
    /**
     * @param seconds length of a clip, above 0 and at most 60
     * @param minEvents minimum number of events in a clip, at least 1
     * @param maxEvents maximum number of events in a clip, at most 10
     * @param minGainDb minimum RMS level of each further event relative to the first, in dB, at most 0
     * @param minSnrDb minimum RMS level of the first event relative to the background, in dB
     * @param maxSnrDb maximum RMS level of the first event relative to the background, in dB
     */
    public record Options(
            double seconds, int minEvents, int maxEvents, double minGainDb, double minSnrDb, double maxSnrDb) {
        public Options {
            if (!(seconds > 0 && seconds <= 60)) {
                throw new IllegalArgumentException(
                        "synthetic scenes: seconds must be above 0 and at most 60: " + seconds);
            }
            if (minEvents < 1 || maxEvents < minEvents || maxEvents > Sound.values().length) {
                throw new IllegalArgumentException("synthetic scenes: events a clip must satisfy 1 <= min <= max <= "
                        + Sound.values().length + ": min " + minEvents + ", max " + maxEvents);
            }
            if (!(minGainDb <= 0 && minGainDb >= -60)) {
                throw new IllegalArgumentException(
                        "synthetic scenes: the lowest gain must lie in [-60, 0] dB: " + minGainDb);
            }
            if (!(minSnrDb <= maxSnrDb && minSnrDb >= -40 && maxSnrDb <= 100)) {
                throw new IllegalArgumentException(
                        "synthetic scenes: signal to noise must satisfy -40 <= min <= max <= 100 dB: min " + minSnrDb
                                + ", max " + maxSnrDb);
            }
        }

        /** 3 s clips of 1 to 3 classes, 0 to -12 dB, over noise 3 to 25 dB below the first event. */
        public static Options standard() {
            return new Options(3, 1, 3, -12, 3, 25);
        }

        /** These options with another clip length. */
        public Options withSeconds(double s) {
            return new Options(s, minEvents, maxEvents, minGainDb, minSnrDb, maxSnrDb);
        }

        /** These options with another number of events per clip. */
        public Options withEvents(int min, int max) {
            return new Options(seconds, min, max, minGainDb, minSnrDb, maxSnrDb);
        }
    }

    private final Options options;
    private final long seed;

    /** @param seed any number; different seeds give unrelated sets */
    public SyntheticScenes(Options options, long seed) {
        this.options = options;
        this.seed = seed;
    }

    /** The class names, in the order of {@link Sound}. */
    public static List<String> classNames() {
        return Arrays.stream(Sound.values()).map(Sound::label).toList();
    }

    /**
     * Clip {@code index} of a split, at {@value Synthesizer#SAMPLE_RATE} Hz; its peak lies between 0.05 and 0.9.
     *
     * @throws IllegalArgumentException if {@code index} is negative
     */
    public Scene clip(Split split, int index) {
        if (index < 0) {
            throw new IllegalArgumentException("synthetic scenes: clip index must not be negative: " + index);
        }
        SceneRandom random = new SceneRandom(SceneRandom.clipSeed(seed, split, index));
        int length = (int) StrictMath.round(options.seconds() * Synthesizer.SAMPLE_RATE);
        double[] mix = new double[length];
        List<Scene.Event> events = new ArrayList<>();
        for (Sound sound : choose(random, random.between(options.minEvents(), options.maxEvents()))) {
            long eventSeed = random.nextLong();
            double gainDb = events.isEmpty() ? 0 : random.uniform(options.minGainDb(), 0);
            double[] event = cut(Synthesizer.render(sound, eventSeed), length, random);
            int at = random.between(0, length - event.length);
            Dsp.addAt(mix, event, at, Dsp.fromDb(gainDb) / Dsp.rms(event));
            float[] alone = Dsp.floats(event, 1);
            AudibleExtent audible = new AudibleExtent(0, alone.length).audible(alone, AudibleExtent.silence(alone));
            double rate = Synthesizer.SAMPLE_RATE;
            events.add(new Scene.Event(
                    sound.label(),
                    "synth:" + Long.toHexString(eventSeed),
                    gainDb,
                    at / rate,
                    (at + audible.from()) / rate,
                    (at + audible.to()) / rate));
        }
        double snrDb = random.uniform(options.minSnrDb(), options.maxSnrDb());
        double[] noise = new NoiseSounds(random).background(length);
        Dsp.addAt(mix, noise, 0, Dsp.fromDb(-snrDb));
        double peak = random.logUniform(0.05, 0.9);
        float[] samples = Dsp.floats(mix, peak / Dsp.peak(mix));
        return new Scene(samples, Synthesizer.SAMPLE_RATE, events);
    }

    /** The first {@code count} clips of a split. */
    public List<Scene> clips(Split split, int count) {
        List<Scene> clips = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            clips.add(clip(split, i));
        }
        return clips;
    }

    /**
     * Writes clips as WAV files with a manifest; see {@link SceneFolder}.
     *
     * @throws IOException if a file cannot be written, or the folder already holds a manifest
     */
    public void write(Path folder, int train, int test) throws IOException {
        SceneFolder out = SceneFolder.create(folder);
        write(out, Split.TRAIN, train);
        write(out, Split.TEST, test);
        out.writeEvents();
        out.finish();
    }

    /** Synthesizes clips on all cores, one group at a time, and writes them in order. */
    private void write(SceneFolder out, Split split, int count) throws IOException {
        for (int first = 0; first < count; first += GROUP) {
            List<Scene> group = IntStream.range(first, Math.min(count, first + GROUP))
                    .parallel()
                    .mapToObj(i -> clip(split, i))
                    .toList();
            for (Scene scene : group) {
                out.add(scene, split);
            }
        }
    }

    /** {@code count} different classes, in random order. */
    private static List<Sound> choose(SceneRandom random, int count) {
        List<Sound> all = new ArrayList<>(List.of(Sound.values()));
        for (int i = 0; i < count; i++) {
            Collections.swap(all, i, random.between(i, all.size() - 1));
        }
        return all.subList(0, count);
    }

    /** The event, or a random segment of the clip's length if it is longer. */
    private static double[] cut(double[] event, int length, SceneRandom random) {
        if (event.length <= length) {
            return event;
        }
        int from = random.between(0, event.length - length);
        double[] part = Arrays.copyOfRange(event, from, from + length);
        return Dsp.rms(part) > 0 ? part : Arrays.copyOf(event, length);
    }
}
