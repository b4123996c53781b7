package org.unmute.cli.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unmute.cli.base.UnmuteCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.option.AudioOptions;
import org.unmute.data.annotation.Annotation;
import org.unmute.data.provenance.OutputFolder;
import org.unmute.data.provenance.RunRecord;
import org.unmute.data.provenance.Units;
import org.unmute.events.clips.ClipChoice;
import org.unmute.events.clips.EventClips;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.strong.EventTable;
import org.unmute.files.AtomicFile;
import org.unmute.files.RegularFile;
import org.unmute.files.TemporaryFile;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Cuts events out of recordings. */
@Command(
        name = "clips",
        description = {
            "Cuts events out of recordings, a WAV file each: those of 'unmute detect' and 'unmute search', or of a"
                    + " table of any program.",
            "Files are at the rate of the recording; of uncompressed recordings they have all channels and the very"
                    + " samples, of FLAC, Vorbis and MP3 the mean of the channels in 16 bits. clips.csv lists them with"
                    + " class, score and times, and is a list of labelled clips for 'embed' and 'probe'."
        },
        footer = {
            "",
            "Examples:",
            "  unmute clips --events found/ --audio recordings/ --per-class 20 --out cut/",
            "  unmute clips --events calls.csv --audio recordings/ --padding 1 --per-class 96 --pick stratified --out"
                    + " cut/"
        })
final class ClipsCommand extends UnmuteCommand {
    private static final int SHOWN = 20;
    private static final double MOST_PADDING = 3600;

    @Option(
            names = "--events",
            paramLabel = "PATH",
            required = true,
            description = "The events: a folder of 'unmute detect' or 'unmute search', or a table or folder of tables"
                    + " (Raven, Audacity, BirdNET, CSV, JSON lines).")
    private Path events;

    @Option(
            names = "--audio",
            paramLabel = "PATH",
            required = true,
            description = "The recordings: a folder (searched below), one file or a list.")
    private Path audio;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "New or empty folder for the clips.")
    private Path out;

    @Option(
            names = "--padding",
            paramLabel = "SECONDS",
            description = "Sound before and after each event (default: ${DEFAULT-VALUE}).")
    private double padding = 0.5;

    @Option(
            names = "--per-class",
            paramLabel = "N",
            description = "At most N clips of each class; 0 for all (default: ${DEFAULT-VALUE}).")
    private int perClass;

    @Option(
            names = "--pick",
            paramLabel = "HOW",
            description = "Which ones: top (highest scores), random, or stratified (one at random from each of N equal"
                    + " parts in the order of scores) (default: ${DEFAULT-VALUE}).")
    private ClipChoice.Pick pick = ClipChoice.Pick.top;

    @Option(names = "--min-score", paramLabel = "X", description = "Leave events with a lower score out.")
    private double minScore = Double.NaN;

    /** What determines the clips of a folder, so that an interrupted run resumes. */
    private static final String SETTINGS = "clips.settings";

    /** The result as JSON. */
    record Result(String out, int events, int chosen, int clips, int mixed, List<EventClips.Skipped> skipped) {}

    @Override
    public Integer call() throws IOException {
        begin();
        record.seed(common.seed());
        if (!(padding >= 0 && padding <= MOST_PADDING) || perClass < 0) {
            throw CommandException.usage(
                    "--padding must be 0 to 3600 seconds and --per-class at least 0: " + padding + " and " + perClass);
        }
        EventTable table = EventTable.read(events, null);
        List<Annotation> chosen = new ClipChoice(perClass, minScore, pick, common.seed()).of(table.events());
        if (chosen.isEmpty()) {
            throw CommandException.input("clips: " + events + " has "
                    + Units.count(table.events().size(), "event") + ", of which none is chosen");
        }
        Map<String, Path> recordings = new LinkedHashMap<>();
        for (AudioClip clip :
                AudioOptions.search(audio, null, record, remarks()).clips()) {
            recordings.put(clip.id(), clip.path());
        }
        String settings = List.of(events, audio, padding, perClass, pick, minScore, common.seed()) + "";
        try (OutputFolder output = claim(out)) {
            requireOwn(settings);
            sweepClasses();
            EventClips.Outcome outcome =
                    new EventClips(out, recordings, DetectionFolder.digests(events), padding).write(chosen);
            Result result = new Result(
                    out.toString(),
                    table.events().size(),
                    chosen.size(),
                    outcome.clips(),
                    outcome.mixed(),
                    outcome.skipped());
            record.result("settings", settings).result("clips", result).write(out);
            output.finish();
            print(result, o -> {
                o.println(out + ": " + Units.count(outcome.clips(), "clip") + " of "
                        + Units.count(table.events().size(), "event") + ", and clips.csv"
                        + (outcome.mixed() > 0 ? "; " + outcome.mixed() + " hold the mean of several channels" : ""));
                outcome.skipped().stream()
                        .limit(SHOWN)
                        .forEach(s -> o.println("  skipped " + s.recording() + " (" + Units.count(s.events(), "event")
                                + "): " + s.reason()));
            });
            if (outcome.clips() == 0) {
                throw CommandException.input("clips: none of the recordings could be used");
            }
        }
        return status;
    }

    /** Refuses a folder of other clips, with which these would be mixed; a run with these settings resumes. */
    private void requireOwn(String settings) throws IOException {
        Path own = out.resolve(SETTINGS);
        boolean other = RegularFile.isFile(own)
                ? !Files.readString(own).equals(settings)
                : RegularFile.isFile(out.resolve(RunRecord.FILE)) || RegularFile.isFile(out.resolve(EventClips.TABLE));
        if (other) {
            throw CommandException.input(
                    "clips: " + out + " holds other clips or other files: name a new or empty folder");
        }
        AtomicFile.write(own, settings.getBytes(StandardCharsets.UTF_8));
    }

    /** Deletes temporary files that a killed run left in the folders of classes; the folder's lock is held. */
    private void sweepClasses() throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(out, Files::isDirectory)) {
            for (Path folder : folders) {
                TemporaryFile.sweep(folder, Duration.ZERO);
            }
        }
    }
}
