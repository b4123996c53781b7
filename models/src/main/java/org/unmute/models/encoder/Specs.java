package org.unmute.models.encoder;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts an encoder's description together from its parts. */
final class Specs {
    private Specs() {}

    /** A description whose input follows from the front end, the grid and the hop that is set. */
    static EncoderSpec of(String name, String description, FrontEnd frontEnd, EncoderSettings settings, EncoderSpec.Grid grid,
            int dim, int depth, List<String> classes) {
        int hop = settings.hopSamples(frontEnd.sampleRate(), grid.rowSamples(), grid.time());
        Map<String, Object> all = new LinkedHashMap<>(frontEnd.settings());
        all.put("hopSeconds", hop / (double) frontEnd.sampleRate());
        String text = frontEnd.describe() + String.format(Locale.ROOT, ", long recordings in windows every %s s", hop / (double) frontEnd.sampleRate());
        return new EncoderSpec(name, description, new EncoderSpec.Input(frontEnd.sampleRate(), frontEnd.windowSamples(),
                frontEnd.frameSamples(), hop, text, all), grid, dim, depth, classes);
    }
}
