package org.unmute.cli.command;

import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.detect.CamtrapOptions;
import org.unmute.cli.detect.DetectionReport;
import org.unmute.cli.detect.FolderDetection;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.cli.probe.TokenData;
import org.unmute.data.field.FieldLog;
import org.unmute.data.provenance.Units;
import org.unmute.events.detection.CachedTokens;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionSettings;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.detection.OutputFormat;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.events.scoring.ProbeFiles;
import org.unmute.options.EncoderOptions;
import org.unmute.options.EventOptions;
import org.unmute.options.FieldOptions;
import org.unmute.options.ProbeOption;
import org.unmute.probes.cache.AudioClip;
import org.unmute.probes.cache.TokenCache;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds the events of recordings in time and frequency. */
@Command(
        name = "detect",
        description = {
            "Finds when, and where the probe can tell at which frequencies, the classes of a trained probe sound in"
                    + " recordings of any length. The probe's run tells the encoder, unless --encoder is given."
                    + " Without --probe, the classes are those of a head that comes with the encoder.",
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
            "  camtrapdp/datapackage.json, …            camtrapdp: a data package, Camtrap DP 1.0.2",
            "  events.html                              --page: the events as a page, with pictures and sound",
            "  recordings.csv                           when and where each recording was made, and what is odd",
            "  skipped.csv                              recordings that were not read to their end, with the reason",
            "  run.json                                 how it was made; written at the end",
            "",
            "Example:",
            "  unmute detect --probe run1/ --audio recordings/ --format csv,raven --out events/",
            "  unmute detect --probe run2/ --cache cache/ --audio recordings/ --out events2/   of cached tokens",
            "  unmute detect --encoder BEATs_strong_1.pt --audio recordings/ --out events/   without training"
        })
final class DetectCommand extends ComputingCommand {
    @Mixin
    private ProbeOption probe;

    @Mixin
    private EncoderOptions encoder;

    @Mixin
    private AudioOptions audio;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Token cache of the recordings, made with the probe's encoder: events are found in it, and"
                    + " no encoder runs. Recordings that it lacks are encoded.")
    private Path cache;

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

    @Mixin
    private FieldOptions field;

    @Mixin
    private CamtrapOptions camtrap;

    @Option(
            names = "--page",
            description =
                    "Also write events.html: a list to sort and filter, with pictures and sound of the best and the"
                            + " doubtful events of each class; at most 20 MB.")
    private boolean page;

    @Option(names = "--dry-run", description = "Only say what would be done.")
    private boolean dryRun;

    @Override
    public Integer call() throws IOException {
        begin();
        FieldLog places =
                new FieldLog(checked(e -> CommandException.usage("detect: " + e.getMessage(), e), field::rules));
        openBackend();
        DetectorSetup setup = probe.isGiven() ? ofProbe() : ofHead();
        List<AudioClip> clips = audio.choose(record, remarks()).clips().clips();
        camtrap.check(formats, clips, places);
        DetectionSettings settings =
                setup.settings().with("channels", audio.channels().toString());
        try (TokenCache tokens = cache == null ? null : open(setup)) {
            CachedTokens cached = tokens == null
                    ? null
                    : new CachedTokens(tokens, setup.probe().probe().layers() > 0);
            if (cached != null && !cached.exact()) {
                // Events found in rounded tokens are not those of the recordings.
                settings =
                        settings.with("tokens", "of a cache in " + tokens.key().dtype());
            }
            return detect(setup, clips, places, settings, cached);
        }
    }

    private TokenCache open(DetectorSetup setup) throws IOException {
        if (!probe.isGiven()) {
            throw CommandException.usage("--cache holds tokens, and the encoder's own head scores sound: give --probe,"
                    + " or leave --cache out");
        }
        TokenCache tokens = TokenCache.open(cache);
        try {
            TokenData.requireIntact(tokens);
            TokenData.requireSameEncoder(setup.probe(), tokens, probe.file(), cache);
            record.result("cache", cache.toString());
            return tokens;
        } catch (RuntimeException e) {
            tokens.close();
            throw e;
        }
    }

    private Integer detect(
            DetectorSetup setup,
            List<AudioClip> clips,
            FieldLog places,
            DetectionSettings settings,
            CachedTokens cached)
            throws IOException {
        setup.lines().forEach(this::tell);
        if (setup.file() != null) {
            ProbeFiles.remarkOnMissingDigest(setup.file(), this::tell);
        }
        if (events.context().isStrideIdle(setup.scorer())) {
            tell("--stride does not matter where each row is scored by itself");
        }
        if (dryRun) {
            print(
                    Map.of("out", out.toString(), "recordings", clips.size(), "settings", settings.values()),
                    o -> o.println(out + ": would hold the events of " + Units.count(clips.size(), "recording")
                            + "; nothing was written"));
            return status;
        }
        if (setup.file() != null) {
            record.input(setup.file());
        }
        FolderDetection detection = new FolderDetection(setup, clips, places, out, audio, warnings, this);
        try (DetectionFolder folder = DetectionFolder.open(out, settings, line())) {
            DetectionReport report = detection.write(folder, cached, formats, camtrap, page);
            folder.finish();
            print(report.result(), report::print);
            report.requireSome();
        }
        return status;
    }

    private DetectorSetup ofProbe() throws IOException {
        Path file = probe.file();
        SavedProbe run = SavedProbe.find(file, null);
        Resampling resampling = matched("--resample") ? Resampling.valueOf(audio.resampling()) : run.resampling();
        OpenEncoder opened = run.results().isMissingNode() ? opened(encoder) : opened(encoder, run, "probe");
        return DetectorSetup.of(file, opened, resampling, events.rules()::rules, events.context());
    }

    private DetectorSetup ofHead() throws IOException {
        if (!matched("--encoder")) {
            throw CommandException.usage("detect: give --probe with a trained probe, or --encoder with an encoder that"
                    + " comes with a head, such as BEATs_strong_1.pt");
        }
        OpenEncoder own = opened(encoder);
        return DetectorSetup.ofHead(own, Resampling.valueOf(audio.resampling()), events.rules(), events.context());
    }
}
