package org.unmute.models.encoder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts an encoder's description together from its parts. */
final class Specs {
    private Specs() {}

    /** A description whose input follows from the front end, the grid and the hop that is set. */
    static EncoderSpec of(
            String name,
            String description,
            FrontEnd frontEnd,
            EncoderSettings settings,
            EncoderSpec.Grid grid,
            int dim,
            int depth,
            List<String> classes) {
        return of(name, description, frontEnd, frontEnd.frameSamples(), settings, grid, dim, depth, classes);
    }

    /** The same for a network that needs more samples than the front end. */
    static EncoderSpec of(
            String name,
            String description,
            FrontEnd frontEnd,
            int leastSamples,
            EncoderSettings settings,
            EncoderSpec.Grid grid,
            int dim,
            int depth,
            List<String> classes) {
        int hop = settings.hopSamples(frontEnd.sampleRate(), grid.rowSamples(), grid.time());
        Map<String, Object> all = new LinkedHashMap<>(frontEnd.settings());
        all.put("hopSeconds", hop / (double) frontEnd.sampleRate());
        String text = frontEnd.describe()
                + String.format(
                        Locale.ROOT, ", long recordings in windows every %s s", hop / (double) frontEnd.sampleRate());
        return new EncoderSpec(
                name,
                description,
                new EncoderSpec.Input(
                        frontEnd.sampleRate(),
                        frontEnd.windowSamples(),
                        leastSamples,
                        hop,
                        text,
                        all,
                        frontEnd.bands()),
                grid,
                dim,
                depth,
                classes);
    }

    /** A description of an encoder that hears recordings as a whole. */
    static EncoderSpec whole(
            String name,
            String description,
            FrontEnd frontEnd,
            EncoderSettings settings,
            EncoderSpec.Grid grid,
            int dim,
            int depth,
            List<String> classes) {
        if (settings.hopSeconds() != 0) {
            throw new IllegalArgumentException(name + ": recordings are heard as a whole, without windows: a hop of "
                    + settings.hopSeconds() + " s cannot be set");
        }
        String text = frontEnd.describe() + ", recordings as a whole, tokens in chunks of " + grid.time();
        Map<String, Object> all = new LinkedHashMap<>(frontEnd.settings());
        all.put("frames", grid.time() * (grid.rowSamples() / frontEnd.frameShift()));
        return new EncoderSpec(
                name,
                description,
                new EncoderSpec.Input(
                        frontEnd.sampleRate(),
                        EncoderSpec.WHOLE_RECORDING,
                        frontEnd.frameSamples(),
                        EncoderSpec.WHOLE_RECORDING,
                        text,
                        all,
                        frontEnd.bands()),
                grid,
                dim,
                depth,
                classes);
    }
}
