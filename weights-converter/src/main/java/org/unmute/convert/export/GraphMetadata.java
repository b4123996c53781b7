package org.unmute.convert.export;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.unmute.convert.graph.OnnxGraph;
import org.unmute.models.encoder.EncoderSpec;
import org.unmute.models.encoder.FrameHead;
import org.unmute.probes.decision.EventDecisions;
import org.unmute.probes.decision.EventDecisions.OneClass;
import org.unmute.probes.pool.TrainedProbe;

/** Entries of a graph's metadata; lists have a line for each class. */
final class GraphMetadata {
    private static final String PREFIX = "unmute.";
    /** What the graph begins with. */
    static final String INPUT = PREFIX + "input";

    private GraphMetadata() {}

    /** What a probe does with rows of padding. */
    static String padding(TrainedProbe probe) {
        return probe.soundOnly() ? "left out" : "counts as sound";
    }

    static void addEncoder(OnnxGraph graph, EncoderSpec spec, OnnxExport.Input input, int samples) {
        graph.metadata(INPUT, input.name().toLowerCase(java.util.Locale.ROOT))
                .metadata(PREFIX + "encoder", spec.name())
                .metadata(PREFIX + "description", spec.description())
                .metadata(PREFIX + "sample_rate", "" + spec.sampleRate())
                .metadata(PREFIX + "samples", "" + samples)
                .metadata(PREFIX + "front_end", spec.frontEnd())
                .metadata(PREFIX + "row_samples", "" + spec.grid().rowSamples());
    }

    static void addHead(OnnxGraph graph, EncoderSpec spec, @Nullable FrameHead frames) {
        graph.metadata(PREFIX + "classes", String.join("\n", frames == null ? spec.classes() : frames.classes()));
        if (frames != null) {
            graph.metadata(PREFIX + "row_samples", "" + frames.frameSamples())
                    .metadata(PREFIX + "median_frames", "" + frames.medianFrames());
        }
    }

    static void addProbe(OnnxGraph graph, TrainedProbe probe, boolean frames) {
        graph.metadata(PREFIX + "probe", probe.probe().name())
                .metadata(PREFIX + "classes", String.join("\n", probe.classes()))
                .metadata(PREFIX + "single_label", "" + probe.singleLabel())
                .metadata(PREFIX + "padding", padding(probe))
                .metadata(PREFIX + "encoder_hash", probe.encoderHash())
                .metadata(PREFIX + "front_end_hash", probe.frontEndHash());
        if (frames && probe.eventDecisions() != null) {
            addEvents(graph, probe.eventDecisions());
        } else if (!frames && probe.decisions() != null) {
            graph.metadata(
                    PREFIX + "thresholds",
                    Arrays.stream(probe.decisions().thresholds())
                            .mapToObj(Double::toString)
                            .collect(Collectors.joining("\n")));
        }
    }

    /** What turns the scores of rows into events, none of which is part of the graph. */
    private static void addEvents(OnnxGraph graph, EventDecisions events) {
        EventDecisions.Stretches stretches = events.stretches();
        graph.metadata(PREFIX + "thresholds", lines(events, OneClass::threshold))
                .metadata(
                        PREFIX + "low_thresholds",
                        lines(events, c -> EventDecisions.low(c.threshold(), stretches.drop())))
                .metadata(PREFIX + "context_seconds", "" + stretches.context())
                .metadata(PREFIX + "median_seconds", "" + stretches.median())
                .metadata(PREFIX + "max_gap_seconds", "" + stretches.maxGap())
                .metadata(PREFIX + "min_duration_seconds", "" + stretches.minDuration());
    }

    private static String lines(EventDecisions events, ToDoubleFunction<OneClass> number) {
        return events.classes().stream().map(c -> "" + number.applyAsDouble(c)).collect(Collectors.joining("\n"));
    }
}
