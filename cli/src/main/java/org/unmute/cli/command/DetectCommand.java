package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.unmute.audio.AudioFiles;
import org.unmute.cli.audio.RecordingSurvey;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.cli.console.Progress;
import org.unmute.cli.detect.DetectionPage;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.option.WarmStart;
import org.unmute.cli.probe.EventDecisionTable;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionRun;
import org.unmute.events.detection.DetectionRun.Outcome;
import org.unmute.events.detection.DetectionRun.Skipped;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.detection.OutputFormat;
import org.unmute.events.detection.RecordingResult;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.options.EncoderOptions;
import org.unmute.options.EventOptions;
import org.unmute.probes.cache.AudioClip;
import org.unmute.report.event.EventPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds the events of recordings in time and frequency. */
@Command(
        name = "detect",
        description = {
            "Finds when, and where the probe can tell at which frequencies, the classes of a trained probe sound in"
                    + " recordings of any length.",
            "Writes tables of events into a folder as recordings pass. Run the same command again after an"
                    + " interruption: it resumes where it stopped, also within a recording, and the files become the"
                    + " same."
        },
        footer = {
            "",
            "Files in the folder of --out:",
            "  events.csv, events.jsonl                 csv, jsonl: all events",
            "  raven/…selections.txt, raven-combined.txt   raven: a selection table for each recording, and one for"
                    + " all",
            "  audacity/….txt                           audacity: a label track for each recording",
            "  birdnet/….BirdNET.results.csv, BirdNET_CombinedTable.csv   birdnet: BirdNET-Analyzer's tables",
            "  events.parquet                           parquet: all events, in full precision; written at the end",
            "  events.html                              --page: the events as a page, with pictures and sound",
            "  skipped.csv                              recordings that were not read to their end, with the reason",
            "  run.json                                 how it was made; written at the end",
            "",
            "Example:",
            "  unmute detect --probe run1/ --audio recordings/ --format csv,raven --out events/"
        })
final class DetectCommand extends ComputingCommand {
    private static final int SHOWN = 40;
    /** Share of the time from which on a class counts as constant. */
    private static final double MOST = 0.5;
    /** Seconds of sound from one note of how far a recording was read to the next; for tests. */
    private static final String NOTES = "unmute.detect.notes";

    @Option(
            names = "--probe",
            paramLabel = "PATH",
            required = true,
            description =
                    "The trained probe: a folder of a run with one probe, or a file that 'unmute probe' or 'unmute"
                            + " pack' wrote."
                            + " Its run tells the encoder, unless --encoder is given.")
    private Path probe;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private AudioOptions audio;

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of events; created if needed.")
    private Path out;

    @Option(
            names = "--format",
            paramLabel = "NAME",
            split = ",",
            description = "Tables to write, several separated by commas: ${COMPLETION-CANDIDATES} (default: csv). A"
                    + " format that is added later needs no new computation.")
    private Set<OutputFormat> formats = EnumSet.of(OutputFormat.CSV);

    @Mixin
    private EventOptions events;

    @Option(
            names = "--page",
            description =
                    "Also write events.html: a list to sort and filter, with pictures and sound of the best and the"
                            + " doubtful events of each class; at most 20 MB.")
    private boolean page;

    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    private record Result(
            String out,
            int recordings,
            int found,
            int alreadyPresent,
            int leftOut,
            double seconds,
            long events,
            List<Map<String, Object>> classes,
            List<Skipped> skipped,
            List<String> files) {}

    @Override
    public Integer call() throws IOException {
        begin();
        openBackend();
        Path file = ProbeFiles.one(probe);
        SavedProbe run = SavedProbe.find(file, null);
        Resampling resampling = matched("--resample") ? Resampling.valueOf(audio.resampling()) : run.resampling();
        DetectorSetup setup = DetectorSetup.of(file, opened(run), resampling, events.rules()::rules, events.context());
        List<AudioClip> clips = audio.choose(record, remarks()).clips().clips();
        setup.lines().forEach(this::tell);
        ProbeFiles.remarkOnMissingDigest(file, this::tell);
        if (events.context().isStrideIdle(setup.scorer())) {
            tell("--stride does not matter where each row is scored by itself");
        }
        if (dryRun) {
            print(
                    Map.of(
                            "out",
                            out.toString(),
                            "recordings",
                            clips.size(),
                            "settings",
                            setup.settings().values()),
                    o -> o.println(out + ": would hold the events of " + Units.count(clips.size(), "recording")
                            + "; nothing was written"));
            return status;
        }
        record.input(file);
        try (DetectionFolder folder = DetectionFolder.open(out, setup.settings(), line())) {
            Outcome outcome = detect(setup, clips, folder);
            EventPage.Rendered shown = page ? DetectionPage.write(setup, folder, clips, outcome) : null;
            report(setup, clips, folder, outcome, shown);
        }
        return status;
    }

    private Outcome detect(DetectorSetup setup, List<AudioClip> clips, DetectionFolder folder) throws IOException {
        if (folder.lost() > 0) {
            tell(out + ": " + Units.bytes(folder.lost())
                    + " of results were unfinished or damaged and are dropped: their" + " recordings are read again");
        }
        DetectionRun run = new DetectionRun(
                setup.detector(),
                AudioFiles::open,
                audio.strict(),
                Double.parseDouble(System.getProperty(NOTES, "" + DetectionRun.NOTE_SECONDS)));
        RecordingSurvey survey = RecordingSurvey.of(clips);
        survey.unheard(setup.encoder().encoder().describe()).ifPresent(this::tell);
        try (Progress progress = progress("detecting", "recordings", clips.size())) {
            progress.expect(survey.seconds());
            progress.resumable(null);
            return run.run(clips, folder, formats, listener(progress, survey));
        } finally {
            warnings.end(record);
        }
    }

    private DetectionRun.Listener listener(Progress progress, RecordingSurvey survey) {
        return new DetectionRun.Listener() {
            private double read;

            @Override
            public void goesOn(AudioClip clip, double seconds) {
                progress.remark(
                        String.format(Locale.ROOT, "%s resumes at %.1f s, after an interruption", clip.id(), seconds));
                progress.pass(0, seconds);
                read = seconds;
            }

            @Override
            public void startsAgain(AudioClip clip, String reason) {
                progress.remark(clip.id() + " is read from its start again: how far an interrupted run came is not"
                        + " used: " + reason);
            }

            @Override
            public void read(double seconds) {
                read += seconds;
                progress.advance(0, seconds);
            }

            @Override
            public void done(AudioClip clip, RecordingResult result, boolean before) {
                if (before) {
                    progress.pass(1, survey.seconds(clip));
                } else {
                    progress.advance(1, 0);
                }
                read = 0;
            }

            @Override
            public void skipped(AudioClip clip, String reason) {
                progress.remark("skipped " + clip.id() + ": " + reason);
                progress.skip(1, Math.max(0, survey.seconds(clip) - read));
                read = 0;
            }

            @Override
            public void warned(AudioClip clip, String warning) {
                warnings.note(clip.path(), warning);
            }
        };
    }

    /** The encoder given on the command line, else the run's, else the one in the program. */
    private OpenEncoder opened(SavedProbe run) throws IOException {
        if (matched("--encoder") || run.results().isMissingNode()) {
            return WarmStart.awaitedBy(encoder.open(compute.digests()));
        }
        List<String> given = encoder.givenNames();
        if (!given.isEmpty()) {
            throw CommandException.usage("--" + given.getFirst()
                    + " goes with --encoder: the probe's own encoder is opened with the options on record");
        }
        return WarmStart.awaitedBy(run.openEncoder(compute.digests()));
    }

    /** A class that is active most of the time is a sound of the place, or a threshold that does not hold here. */
    private void warnOfConstant(Outcome outcome, List<String> names) {
        List<String> constant = outcome.classes().stream()
                .filter(c -> c.seconds() > MOST * outcome.seconds())
                .map(c -> names.get(c.label()))
                .toList();
        if (!constant.isEmpty()) {
            tell("active more than half of the time, which a wrong threshold does: " + String.join(", ", constant)
                    + "; listen to some, or give --threshold FILE for these classes");
        }
    }

    private void report(
            DetectorSetup setup,
            List<AudioClip> clips,
            DetectionFolder folder,
            Outcome outcome,
            EventPage.Rendered shown)
            throws IOException {
        List<String> files = new ArrayList<>();
        for (OutputFormat format : formats) {
            if (format.combined() != null) {
                files.add(format.combined());
            }
            if (format.folder() != null) {
                files.add(format.folder() + "/");
            }
        }
        files.add("skipped.csv");
        if (shown != null) {
            files.add(DetectionPage.FILE);
            shown.problems().forEach(p -> tell(DetectionPage.FILE + ": no picture of " + p));
        }
        List<String> names = setup.probe().classes();
        EventDecisionTable decisions = setup.learned().events() == null ? null : EventDecisionTable.of(setup.probe());
        ConsoleTable table = decisions == null
                ? new ConsoleTable("class", "events", "seconds", "best score")
                : new ConsoleTable(
                        "class",
                        "events",
                        "seconds",
                        "best score",
                        "threshold",
                        "clips (recordings)",
                        "found",
                        "alarms/h");
        double[] high = setup.rules().high();
        outcome.classes().stream().filter(c -> c.events() > 0).forEach(c -> {
            if (decisions == null) {
                table.row(names.get(c.label()), c.events(), c.seconds(), c.score());
                return;
            }
            EventDecisionTable.Row row = decisions.classes().get(c.label());
            table.row(
                    names.get(c.label()),
                    c.events(),
                    c.seconds(),
                    c.score(),
                    high[c.label()],
                    row.positives() + " (" + row.recordings() + ")",
                    row.foundInWords(),
                    row.alarmsInWords());
        });
        table.decimals(3);
        warnOfConstant(outcome, names);
        Result result = new Result(
                out.toString(),
                clips.size(),
                outcome.found(),
                outcome.present(),
                outcome.leftOut(),
                outcome.seconds(),
                outcome.events(),
                table.document(),
                outcome.skipped(),
                files);
        setup.encoder()
                .note(record, setup.resample().name())
                .result("probe", setup.probe().probe().name())
                .result("settings", setup.settings().values())
                .result("decisions", decisions)
                .result("detected", result)
                .write(out);
        folder.finish();
        print(result, o -> {
            table.print(o);
            o.println();
            o.println(out + ": " + Units.count(outcome.events(), "event") + " in "
                    + Units.count(clips.size() - outcome.leftOut(), "recording") + " ("
                    + Units.duration(outcome.seconds()) + "; " + outcome.found() + " read now, "
                    + outcome.present() + " already there), " + outcome.leftOut() + " skipped");
            o.println("written: " + String.join(", ", files) + ", run.json");
            if (shown != null) {
                o.println(DetectionPage.FILE + ": " + Units.count(shown.listed(), "event") + " listed, "
                        + shown.snippets() + " with picture and sound");
            }
            outcome.skipped().stream()
                    .limit(SHOWN)
                    .forEach(s ->
                            o.println((s.read() == 0 ? "  skipped " : "  damaged ") + s.file() + ": " + s.reason()));
            if (outcome.skipped().size() > SHOWN) {
                o.println("  and " + (outcome.skipped().size() - SHOWN) + " more in skipped.csv");
            }
        });
        if (outcome.found() + outcome.present() == 0) {
            throw CommandException.input("none of the " + clips.size() + " recordings could be used");
        }
    }
}
