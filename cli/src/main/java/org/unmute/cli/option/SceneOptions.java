package org.unmute.cli.option;

import java.nio.file.Path;
import java.util.List;
import org.unmute.data.ManifestFormat;
import org.unmute.data.scene.SceneMixer;
import org.unmute.options.InputPath;
import picocli.CommandLine.Option;

/** How many scenes there are, of which recordings, and how they are mixed. */
public final class SceneOptions {
    @InputPath
    @Option(
            names = "--manifest",
            required = true,
            paramLabel = "FILE",
            description = "CSV or TSV with a header: one row per recording with its file, its class and its fold.")
    private Path manifest;

    @InputPath
    @Option(
            names = "--audio",
            required = true,
            paramLabel = "DIR",
            description = "Folder of the recordings (WAV, FLAC, Ogg Vorbis, MP3, AIFF, AU).")
    private Path audio;

    @Option(names = "--train", paramLabel = "N", description = "Train scenes (default: ${DEFAULT-VALUE}).")
    private int train = 1500;

    @Option(names = "--test", paramLabel = "N", description = "Test scenes (default: ${DEFAULT-VALUE}).")
    private int test = 500;

    @Option(
            names = "--train-folds",
            required = true,
            split = ",",
            paramLabel = "FOLD",
            description = "Folds for train scenes, as 1,2.")
    private List<String> trainFolds;

    @Option(
            names = "--test-folds",
            required = true,
            split = ",",
            paramLabel = "FOLD",
            description = "Folds for test scenes, as 3.")
    private List<String> testFolds;

    @Option(
            names = "--events",
            paramLabel = "MIN-MAX",
            description = "Events per scene, all of different classes (default: ${DEFAULT-VALUE}).")
    private String events = "1-3";

    @Option(
            names = "--gain",
            paramLabel = "LOW..HIGH",
            description = "Level of further events relative to the first, in dB (default: ${DEFAULT-VALUE}).")
    private String gain = "-6..0";

    @Option(
            names = "--transpose",
            paramLabel = "OCTAVES",
            defaultValue = "0",
            description = "Transpose each sound by a random interval of at most so many octaves down or up, as if it"
                    + " were played slower or faster (default: ${DEFAULT-VALUE}).")
    private double octaves;

    @Option(
            names = "--bands",
            description = "Write the band of each event, too: columns low and high, in Hz, of the tables of events. It"
                    + " holds the middle 90 %% of the energy of the sound by itself.")
    private boolean bands;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "5",
            description = "Length of a scene (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--rate",
            paramLabel = "HZ",
            description = "Sample rate of the scenes; recordings are resampled to it (default: ${DEFAULT-VALUE}).")
    private int rate = 16000;

    @Option(
            names = "--file-column",
            paramLabel = "NAME",
            description = "Column of the file name (default: file, filename, path or fname).")
    private String fileColumn;

    @Option(
            names = "--label-column",
            paramLabel = "NAME",
            description = "Column of the class (default: labels, label, category or class).")
    private String labelColumn;

    @Option(names = "--fold-column", paramLabel = "NAME", description = "Column of the fold (default: split or fold).")
    private String foldColumn;

    /** For picocli. */
    public SceneOptions() {}

    /**
     * How scenes are mixed.
     *
     * @throws IllegalArgumentException saying which option is wrong
     */
    public SceneMixer.Options options() {
        if (train < 0 || test < 0 || (long) train + test == 0) {
            throw new IllegalArgumentException(
                    "--train and --test must not be negative, nor both 0: " + train + ", " + test);
        }
        NumberRange range = NumberRange.of("--events", events, "-", "1-3");
        NumberRange gains = NumberRange.of("--gain", gain, "..", "-6..0");
        if (range.low() != (int) range.low() || range.high() != (int) range.high()) {
            throw new IllegalArgumentException("--events must be whole numbers: " + events);
        }
        return new SceneMixer.Options(
                rate, seconds, (int) range.low(), (int) range.high(), gains.low(), gains.high(), octaves);
    }

    /** The table of the recordings. */
    public Path manifest() {
        return manifest;
    }

    /** The folder of the recordings. */
    public Path audio() {
        return audio;
    }

    /** The columns of the manifest. */
    public ManifestFormat format() {
        return new ManifestFormat(fileColumn, labelColumn, foldColumn, null);
    }

    /** Whether the tables of events have the bands of events. */
    public boolean bands() {
        return bands;
    }

    /** Train scenes. */
    public int train() {
        return train;
    }

    /** Test scenes. */
    public int test() {
        return test;
    }

    /** Folds for train scenes. */
    public List<String> trainFolds() {
        return trainFolds;
    }

    /** Folds for test scenes. */
    public List<String> testFolds() {
        return testFolds;
    }

    /** Sample rate of the scenes. */
    public int rate() {
        return rate;
    }
}
