package org.unmute.cli.scene;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.unmute.cli.audio.SourceReader;
import org.unmute.cli.console.CommandRun;
import org.unmute.cli.option.SceneOptions;
import org.unmute.options.InputPath;
import picocli.CommandLine.Option;

/** Options of the recordings whose events are mixed. */
public final class SourceOptions {
    @InputPath
    @Option(
            names = "--manifest",
            paramLabel = "FILE",
            description = "CSV or TSV with a header: one row per recording with its file, its class and its fold.")
    private Path manifest;

    @InputPath
    @Option(
            names = "--audio",
            paramLabel = "DIR",
            description = "Folder of the recordings (WAV, FLAC, Ogg Vorbis, MP3, AIFF, AU).")
    private Path audio;

    /** The table of the recordings; null if it is not given. */
    public Path manifest() {
        return manifest;
    }

    /** The folder of the recordings; null if it is not given. */
    public Path audio() {
        return audio;
    }

    /**
     * The recordings of some folds.
     *
     * @param wanted folds; empty for all
     * @throws IllegalArgumentException if a fold has no recordings
     * @throws IOException if a file cannot be read
     */
    public SourceFiles files(Set<String> wanted, SceneOptions scenes, SourceReader reader, CommandRun run)
            throws IOException {
        return SourceFiles.ofManifest(manifest, scenes.format(), audio, wanted, reader, run.record(), run.remarks());
    }
}
