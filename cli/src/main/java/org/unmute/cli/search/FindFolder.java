package org.unmute.cli.search;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.unmute.data.provenance.Json;
import org.unmute.data.provenance.RunRecord;

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

    /** The probe that the boxes and the verdicts train. */
    public Path run() {
        return path.resolve("run");
    }

    /**
     * A folder of {@code unmute find}, wherever it is now.
     *
     * @throws IOException if its record cannot be read
     */
    public static FindFolder read(Path path) throws IOException {
        return new FindFolder(
                path,
                Path.of(Json.read(path.resolve(RunRecord.FILE))
                        .at("/results/audio")
                        .asText()));
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
                run());
    }

    /** The command that finds events with this probe. */
    public List<String> detection() {
        return words("detect --probe", run(), "--audio", audio, "--cache", cache(), "--out", path.resolve("detected"));
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
