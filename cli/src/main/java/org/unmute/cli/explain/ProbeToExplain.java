package org.unmute.cli.explain;

import java.io.IOException;
import java.nio.file.Path;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.options.InputPath;
import org.unmute.options.ProbeOption;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options that name the probe whose scores are explained. */
public final class ProbeToExplain {
    @Mixin
    private ProbeOption probe;

    /** How earlier versions named the probe: of several seeds it takes the first, if none is chosen. */
    @InputPath
    @Option(names = "--run", paramLabel = "PATH", hidden = true)
    private Path run;

    @Option(names = "--run-seed", paramLabel = "N", hidden = true)
    private Long runSeed;

    /**
     * Finds the probe.
     *
     * @throws org.unmute.files.InputException if there is none
     * @throws org.unmute.files.SettingsException if there are several, or both spellings are given
     */
    public SavedProbe find() throws IOException {
        Path named = probe.orEarlier(run);
        boolean strict = run == null && runSeed == null;
        return SavedProbe.find(strict ? ProbeFiles.one(named) : named, runSeed);
    }
}
