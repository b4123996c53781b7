package org.unmute.cli.detect;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.CommandRun;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.data.verdict.VerdictJournal;
import org.unmute.events.detection.DetectionState;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.options.HelpTopic;
import org.unmute.options.InputPath;
import picocli.CommandLine.Option;

/** The option that names earlier reviews, whose verdicts decide which events of the same recordings are listed. */
@HelpTopic("Verdicts")
public final class DecidingVerdicts {
    private static final Path NONE = Path.of("none");

    @InputPath
    @Option(
            names = "--verdicts",
            paramLabel = "FOLDER",
            description = "Folder of events whose verdicts of 'unmute review' decide in the same recordings: what was"
                    + " rejected is not listed, what was confirmed is. May be repeated; none for no folder (default:"
                    + " those that the probe learned from).")
    private List<Path> folders = new ArrayList<>();

    /**
     * The verdicts on the classes that are looked for.
     *
     * @param trained results in the record of the probe's run; a missing node if there is none
     * @param out     the folder that is about to be filled
     * @throws CommandException if a folder that was named has no verdicts
     * @throws IOException if a file cannot be read
     */
    public EarlierVerdicts read(DetectorSetup setup, JsonNode trained, Path out, CommandRun run) throws IOException {
        if (folders.equals(List.of(NONE))) {
            return EarlierVerdicts.NONE;
        }
        List<Path> all = new ArrayList<>(folders);
        if (folders.isEmpty()) {
            trained.path("verdicts").path("folders").forEach(f -> all.add(Path.of(f.asText())));
        }
        EarlierVerdicts verdicts = EarlierVerdicts.NONE;
        for (Path folder : all) {
            if (folder.toAbsolutePath().normalize().equals(out.toAbsolutePath().normalize())) {
                throw CommandException.usage("--verdicts " + folder + " is the folder of --out: its own verdicts are on"
                        + " the list as it is, and decide in later ones: name another --out");
            }
            if (VerdictJournal.isIn(folder)) {
                verdicts = verdicts.with(DetectionState.verdicts(folder));
            } else if (folders.isEmpty()) {
                run.tell("verdicts: the probe learned from those in " + folder + ", where there is no "
                        + VerdictJournal.FILE
                        + " now: they do not decide here; --verdicts FOLDER names where they are");
            } else {
                throw CommandException.input("--verdicts " + folder + ": there is no " + VerdictJournal.FILE
                        + " in it: 'unmute review " + folder + "' asks for verdicts and writes it");
            }
        }
        List<String> classes = setup.probe().classes();
        Set<String> sought = new HashSet<>();
        for (int c : setup.wanted().chosen(classes)) {
            sought.add(classes.get(c));
        }
        verdicts = verdicts.of(sought);
        if (!verdicts.isEmpty()) {
            run.tell("verdicts of " + all.stream().map(Path::toString).collect(Collectors.joining(", ")) + ": "
                    + verdicts.counts()[0] + " stretches confirmed and " + verdicts.counts()[1]
                    + " rejected, which decides in these recordings (--verdicts none turns that off)");
        }
        return verdicts;
    }
}
