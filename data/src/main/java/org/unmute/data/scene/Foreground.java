package org.unmute.data.scene;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.unmute.audio.Recording;
import org.unmute.audio.Resampler;
import org.unmute.data.Part;
import org.unmute.data.scene.SceneMixer.SourceClip;

/** The sounds of events by part and class: recordings, each used in one part only, or synthetic sounds. */
public final class Foreground {
    /** A sound that is drawn for an event. */
    record Source(String id, Samples samples) {}

    /** By part and class, sorted; empty for synthetic sounds. */
    private final Map<Part, Map<String, List<SourceClip>>> recordings = new EnumMap<>(Part.class);

    private final Map<String, Sound> synthetic = new TreeMap<>();
    private final int rate;

    private Foreground(int rate) {
        this.rate = rate;
    }

    /**
     * Synthetic sounds. Each event is a different sound, generated from its own seed.
     *
     * @param sounds the classes; none for recordings without events
     * @param rate   sample rate of the mix, in Hz
     */
    public static Foreground synthetic(Collection<Sound> sounds, int rate) {
        Foreground foreground = new Foreground(rate);
        sounds.forEach(sound -> foreground.synthetic.put(sound.label(), sound));
        return foreground;
    }

    /**
     * Recordings that are assigned to parts at random, class by class.
     *
     * @param clips  the recordings; their folds are ignored
     * @param shares shares of the parts
     * @throws IllegalArgumentException if a class has fewer recordings than there are parts, or a label is empty
     */
    public static Foreground dealt(List<SourceClip> clips, PartShares shares, long seed) {
        Foreground foreground = new Foreground(0);
        shares.parts().forEach(part -> foreground.recordings.put(part, new TreeMap<>()));
        int index = 0;
        for (Map.Entry<String, List<SourceClip>> one : byLabel(clips).entrySet()) {
            SceneRandom random = new SceneRandom(SceneRandom.mix(SceneRandom.mix(seed ^ 0x5EED0FDEA1L) + index++));
            shares.deal("recordings of class '" + one.getKey() + "'", one.getValue(), random)
                    .forEach((part, of) -> foreground.recordings.get(part).put(one.getKey(), of));
        }
        return foreground;
    }

    /**
     * Recordings whose parts are known.
     *
     * @param clips  the recordings; their folds are ignored
     * @param partOf maps a recording to its part
     * @param parts  all parts
     * @throws IllegalArgumentException if a part has no recording of a class that another part has
     */
    public static Foreground assigned(List<SourceClip> clips, Function<SourceClip, Part> partOf, Set<Part> parts) {
        Foreground foreground = new Foreground(0);
        for (Part part : parts) {
            Map<String, List<SourceClip>> of = byLabel(
                    clips.stream().filter(clip -> partOf.apply(clip) == part).toList());
            foreground.recordings.put(part, of);
        }
        Set<String> all = new TreeSet<>();
        foreground.recordings.values().forEach(of -> all.addAll(of.keySet()));
        foreground.recordings.forEach((part, of) -> {
            if (!of.keySet().equals(all)) {
                Set<String> missing = new TreeSet<>(all);
                missing.removeAll(of.keySet());
                throw new IllegalArgumentException("split: the folds of " + part.label() + " have no recording of "
                        + missing + ": give them other folds, or leave these classes out");
            }
        });
        return foreground;
    }

    private static Map<String, List<SourceClip>> byLabel(List<SourceClip> clips) {
        Map<String, List<SourceClip>> groups = new TreeMap<>();
        clips.stream().sorted(Comparator.comparing(SourceClip::id)).forEach(clip -> {
            if (clip.label().isBlank() || clip.label().contains(";")) {
                throw new IllegalArgumentException("soundscape: a label must not be empty nor contain ';': \""
                        + clip.label() + "\" of " + clip.id());
            }
            groups.computeIfAbsent(clip.label(), l -> new ArrayList<>()).add(clip);
        });
        return groups;
    }

    /** The classes, sorted. */
    public List<String> labels() {
        return recordings.isEmpty()
                ? List.copyOf(synthetic.keySet())
                : List.copyOf(recordings.values().iterator().next().keySet());
    }

    /** The recordings that a part draws from, sorted by class; empty for synthetic sounds. */
    public List<String> sources(Part part) {
        return recordings.getOrDefault(part, Map.of()).values().stream()
                .flatMap(List::stream)
                .map(SourceClip::id)
                .toList();
    }

    /** @param seed of a synthetic sound, which must not be used for another one */
    Source draw(Part part, String label, SceneRandom random, long seed) {
        if (recordings.isEmpty()) {
            Sound sound = synthetic.get(label);
            return new Source("synth:" + Long.toHexString(seed), () -> {
                float[] samples = Synthesizer.event(sound, seed);
                return new Recording(samples, Synthesizer.SAMPLE_RATE)
                        .resampled(rate, Resampler.Kernel.HANN)
                        .samples();
            });
        }
        List<SourceClip> of = recordings.get(part).get(label);
        SourceClip clip = of.get(random.between(0, of.size() - 1));
        return new Source(clip.id(), clip.samples());
    }
}
