package org.unmute.cli.detect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.unmute.cli.console.CommandException;
import org.unmute.data.field.FieldLog;
import org.unmute.data.provenance.BuildInfo;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.detection.OutputFormat;
import org.unmute.events.field.CamtrapPackage;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Option;

/** Options of the format camtrapdp. */
@HelpTopic("Time and place of recordings")
public final class CamtrapOptions {
    @InputPath
    @Option(
            names = "--package",
            paramLabel = "FILE",
            description = "JSON with fields of Camtrap DP's datapackage.json, such as title, contributors, project and"
                    + " licenses, which replace those of --format camtrapdp.")
    private Path metadata;

    @Option(
            names = "--frequency-terms",
            description =
                    "Observations of --format camtrapdp also have the columns frequencyLow and frequencyHigh, which"
                            + " are proposed for Camtrap DP but not in 1.0.2: validators of that release refuse them.")
    private boolean proposed;

    /**
     * Checks before anything is read that the format can hold the recordings.
     *
     * @throws org.unmute.files.InputException naming a recording without date, time zone or coordinates
     */
    public void check(Set<OutputFormat> formats, List<AudioClip> clips, FieldLog places) {
        if (formats.contains(OutputFormat.CAMTRAPDP)) {
            CamtrapPackage.require(clips, places);
        } else if (metadata != null || proposed) {
            throw CommandException.usage("--package and --frequency-terms belong to --format camtrapdp");
        }
    }

    /** Writes the package, and returns what the user should know. */
    public List<String> write(DetectionFolder folder, List<AudioClip> clips, FieldLog places, DetectorSetup setup)
            throws IOException {
        String program = "unmute " + BuildInfo.read().version() + ", probe "
                + setup.probe().probe().name();
        CamtrapPackage.write(folder, clips, places, setup.probe().classes(), program, proposed, metadata);
        return metadata != null
                ? List.of()
                : List.of(
                        CamtrapPackage.FOLDER + ": project and contributors are placeholders: give them with --package"
                                + " FILE.json before you publish it");
    }
}
