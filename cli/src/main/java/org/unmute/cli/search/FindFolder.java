package org.unmute.cli.search;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The folder in which boxes become a probe: what the commands that lead there write is in parts of it.
 *
 * @param path of the folder
 * @param audio folder of the recordings, or a single one
 */
public record FindFolder(Path path, Path audio) {
    /** Token cache of the recordings. */
    public Path cache() {
        return path.resolve("cache");
    }

    /** Table of the clips around the boxes. */
    public Path table() {
        return path.resolve("clips.csv");
    }

    /** Token cache of these clips. */
    public Path clips() {
        return path.resolve("clips");
    }

    /** What was found, and later the verdicts on it. */
    public Path events() {
        return path.resolve("events");
    }

    /** The command that trains a probe on the boxes and the verdicts, without the program's name. */
    public List<String> training() {
        return words(
                "probe --probe protobin --train-on-sample --cache",
                clips(),
                "--labels",
                table(),
                "--verdicts",
                events(),
                "--verdict-cache",
                cache(),
                "--out",
                path.resolve("run"));
    }

    /** The command that finds events with this probe. */
    public List<String> detection() {
        return words(
                "detect --probe",
                path.resolve("run"),
                "--audio",
                audio,
                "--cache",
                cache(),
                "--out",
                path.resolve("detected"));
    }

    /**
     * A command line.
     *
     * @param begin words between spaces
     */
    public static List<String> words(String begin, Object... more) {
        List<String> all = new ArrayList<>(List.of(begin.split(" ")));
        for (Object word : more) {
            all.add(word.toString());
        }
        return List.copyOf(all);
    }
}
