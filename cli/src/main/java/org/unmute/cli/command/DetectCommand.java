package org.unmute.cli.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.unmute.cli.base.ComputingCommand;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.detect.DecidingVerdicts;
import org.unmute.cli.detect.DetectionPlan;
import org.unmute.cli.detect.DetectionReport;
import org.unmute.cli.detect.EventFiles;
import org.unmute.cli.detect.EventForms;
import org.unmute.cli.detect.FolderDetection;
import org.unmute.cli.detect.RecordingTokens;
import org.unmute.cli.option.AudioOptions;
import org.unmute.cli.probe.SavedProbe;
import org.unmute.data.field.FieldLog;
import org.unmute.data.verdict.EarlierVerdicts;
import org.unmute.events.detection.CachedTokens;
import org.unmute.events.detection.DetectionFolder;
import org.unmute.events.detection.DetectionSettings;
import org.unmute.events.detection.DetectorSetup;
import org.unmute.events.encoder.OpenEncoder;
import org.unmute.events.encoder.Resampling;
import org.unmute.options.EncoderOptions;
import org.unmute.options.EventOptions;
import org.unmute.options.FieldOptions;
import org.unmute.options.MainOptions;
import org.unmute.options.ProbeOption;
import org.unmute.probes.cache.AudioClip;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Finds the events of recordings in time and frequency. */
@MainOptions("--probe --audio --out --format --threshold --classes --top-k --context"
        + " --cache --encoder --deployments --page --dry-run --device")
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
            "  rejected.csv                             events that a listener had rejected before, with --verdicts",
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

    @Mixin
    private RecordingTokens cache;

    @Mixin
    private DecidingVerdicts verdicts;

    @Mixin
    private EventFiles files;

    @Mixin
    private EventOptions events;

    @Mixin
    private FieldOptions field;

    @Mixin
    private EventForms forms;

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
        forms.camtrap().check(files.formats(), clips, places);
        DetectionSettings settings =
                setup.settings().with("channels", audio.channels().toString());
        try (RecordingTokens.Opened tokens = cache.open(probe, setup, record)) {
            DetectionPlan plan = new DetectionPlan(files.out(), setup, clips.size(), tokens.noted(settings));
            plan.tell(events.context(), this);
            JsonNode trained =
                    probe.isGiven() ? SavedProbe.find(probe.file(), null).results() : MissingNode.getInstance();
            EarlierVerdicts earlier = verdicts.read(setup, trained, files.out(), this);
            if (dryRun) {
                print(plan.document(), plan::print);
            } else {
                detect(plan, clips, places, tokens.tokens(), earlier);
            }
        }
        return status;
    }

    private void detect(
            DetectionPlan plan, List<AudioClip> clips, FieldLog places, CachedTokens cached, EarlierVerdicts earlier)
            throws IOException {
        DetectorSetup setup = plan.setup();
        if (setup.file() != null) {
            record.input(setup.file());
        }
        FolderDetection detection = new FolderDetection(setup, clips, places, files.out(), audio, warnings, this);
        try (DetectionFolder folder = DetectionFolder.open(files.out(), plan.settings(), line())) {
            folder.decideBy(earlier);
            DetectionReport report = detection.write(folder, cached, files.formats(), forms);
            folder.finish();
            print(report.result(), report::print);
            report.requireSome();
        }
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
            throw CommandException.usage("detect: give --probe with a trained probe ('unmute probe' trains one on your"
                    + " labelled clips, 'unmute demo' leaves some to try, such as"
                    + " unmute-demo/probe-protobin-seed0.safetensors), or --encoder with an encoder that comes with a"
                    + " head, such as BEATs_strong_1.pt");
        }
        OpenEncoder own = opened(encoder);
        return DetectorSetup.ofHead(own, Resampling.valueOf(audio.resampling()), events.rules(), events.context());
    }
}
