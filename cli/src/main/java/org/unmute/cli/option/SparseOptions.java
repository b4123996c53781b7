package org.unmute.cli.option;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.data.Part;
import org.unmute.data.scene.BackgroundKind;
import org.unmute.data.scene.PartShares;
import org.unmute.data.scene.Sound;
import org.unmute.data.scene.SparseScenes;
import org.unmute.options.InputPath;
import picocli.CommandLine.Option;

/** Options of sparse hours. Invalid values are reported as {@link IllegalArgumentException}. */
public final class SparseOptions {
    private static final int MAX_COUNT = 100_000;

    @InputPath
    @Option(
            names = "--background",
            split = ",",
            paramLabel = "PATH",
            description = "Sparse hours: folders and files of background recordings to cut pieces from, without the"
                    + " sounds of interest.")
    private List<Path> background;

    @Option(
            names = "--background-kinds",
            split = ",",
            paramLabel = "KIND",
            description = "Sparse hours: synthetic noise: pink, brown, wind, rain, hum, insects, traffic, clicks"
                    + " (default: without --background all that sound like none of the classes).")
    private List<String> kinds;

    @Option(
            names = "--duration",
            paramLabel = "S",
            description = "Sparse hours: length of a recording, 10 to 86400 s (default: 3600).")
    private Double duration;

    @Option(names = "--count", paramLabel = "N", description = "Sparse hours: recordings in all (default: 1).")
    private Integer count;

    @Option(
            names = "--events-per-hour",
            paramLabel = "R",
            description = "Sparse hours: expected events of each class in an hour; 0 gives pure background"
                    + " (default: 6).")
    private Double eventsPerHour;

    @Option(
            names = "--snr",
            paramLabel = "LOW..HIGH",
            description = "Sparse hours: level of an event above the background around it, in dB (default: 0..20).")
    private String snr;

    @Option(
            names = "--level",
            paramLabel = "LOW..HIGH",
            description = "Sparse hours: level of a piece of background, in dB of full scale (default: -50..-35).")
    private String level;

    @Option(
            names = "--crossfade",
            paramLabel = "S",
            description = "Sparse hours: cross-fade between pieces of background, 0.01 to 5 s (default: 1).")
    private Double crossfade;

    @InputPath
    @Option(
            names = "--sources",
            paramLabel = "DIR",
            description = "Sparse hours: sounds of events, a folder for each class: DIR/CLASS/FILE (or --manifest with"
                    + " --audio).")
    private Path sources;

    @Option(
            names = "--sounds",
            split = ",",
            paramLabel = "CLASS",
            description = "Sparse hours: synthetic sounds of events (default: all ten, without --sources and"
                    + " --manifest): siren, bird_chirp, dog_bark, knock, rain, engine, bell, alarm, whistle, crackle.")
    private List<String> sounds;

    @Option(
            names = "--split",
            split = ",",
            paramLabel = "NAME=SHARE",
            description = "Sparse hours: splits and their shares of recordings, sources and background, as"
                    + " train=0.6,validation=0.2,test=0.2 (default: test=1). They share no source, no stretch of a"
                    + " background and no seed.")
    private Map<String, Double> split;

    @Option(
            names = "--validation-folds",
            split = ",",
            paramLabel = "FOLD",
            description = "Sparse hours: folds of --manifest for validation.")
    private List<String> validationFolds;

    /** Whether any of these options was given. */
    public boolean given() {
        return background != null
                || kinds != null
                || duration != null
                || count != null
                || eventsPerHour != null
                || snr != null
                || level != null
                || crossfade != null
                || sources != null
                || sounds != null
                || split != null
                || validationFolds != null;
    }

    /** Folders and files of background recordings; empty if none were given. */
    public List<Path> background() {
        return background == null ? List.of() : background;
    }

    /** The folder of sources; null if none was given. */
    public Path sources() {
        return sources;
    }

    /** The folds for validation; null if none were given. */
    public List<String> validationFolds() {
        return validationFolds;
    }

    /** The requested classes of synthetic sounds; empty without the option. */
    public Set<Sound> sounds() {
        Set<Sound> chosen = new LinkedHashSet<>();
        for (String name : sounds == null ? List.<String>of() : sounds) {
            chosen.add(Arrays.stream(Sound.values())
                    .filter(sound -> sound.label().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("--sounds: no synthetic sound is named '" + name
                            + "': choose among "
                            + String.join(
                                    ", ",
                                    Arrays.stream(Sound.values())
                                            .map(Sound::label)
                                            .toList()))));
        }
        return chosen;
    }

    /**
     * The kinds of background noise.
     *
     * @param labels  the classes of the events
     * @param remarks receives a remark on each requested kind that sounds like a class
     */
    public List<BackgroundKind> kinds(List<String> labels, List<String> remarks) {
        List<BackgroundKind> chosen = new ArrayList<>();
        if (kinds == null) {
            for (BackgroundKind kind : background == null ? BackgroundKind.values() : new BackgroundKind[0]) {
                if (labels.stream().noneMatch(kind::soundsLike)) {
                    chosen.add(kind);
                }
            }
            return chosen;
        }
        for (String name : kinds) {
            BackgroundKind kind = BackgroundKind.of(name);
            chosen.add(kind);
            labels.stream()
                    .filter(kind::soundsLike)
                    .forEach(label -> remarks.add("background kind " + name + " sounds like class " + label
                            + ": what a detector finds in it counts as a false alarm"));
        }
        return chosen;
    }

    /** The number of recordings in each part. */
    public Map<Part, Integer> counts() {
        int n = count == null ? 1 : count;
        if (n < 1 || n > MAX_COUNT) {
            throw new IllegalArgumentException("--count must lie in [1, " + MAX_COUNT + "]: " + n);
        }
        return new EnumMap<>(shares().counts("recordings (--count)", n));
    }

    /** The shares of the parts. */
    public PartShares shares() {
        return split == null ? new PartShares(Map.of(Part.TEST, 1.0)) : PartShares.of(new LinkedHashMap<>(split));
    }

    /** How recordings are synthesized. */
    public SparseScenes.Options options(int rate) {
        NumberRange levels = NumberRange.of("--level", level == null ? "-50..-35" : level, "..", "-50..-35");
        NumberRange ratios = NumberRange.of("--snr", snr == null ? "0..20" : snr, "..", "0..20");
        return new SparseScenes.Options(
                rate,
                duration == null ? 3600 : duration,
                eventsPerHour == null ? 6 : eventsPerHour,
                ratios.low(),
                ratios.high(),
                levels.low(),
                levels.high(),
                crossfade == null ? 1 : crossfade);
    }
}
