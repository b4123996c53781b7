package org.unmute.cli.encoder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.Json;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Release;
import org.unmute.models.encoder.Releases;

/** An encoder as its provider describes it, such as one from another jar that states no release. */
public record PluginEncoder(EncoderProvider provider) {
    /** Those that no release is listed for, in the order in which they are tried. */
    public static List<PluginEncoder> withoutRelease() {
        List<String> released = Releases.all().stream().map(Release::model).toList();
        return Encoders.providers().stream()
                .filter(p -> !released.contains(p.name()))
                .map(PluginEncoder::new)
                .toList();
    }

    /** The one of this name or alias. */
    public static Optional<PluginEncoder> find(String name) {
        return Encoders.find(name).map(PluginEncoder::new);
    }

    /** Whether it is in another jar than Unmute's encoders. */
    boolean isForeign() {
        return !provider.getClass().getModule().equals(EncoderProvider.class.getModule())
                || !jar().equals(place(EncoderProvider.class));
    }

    /** The jar or folder that it is from. */
    String jar() {
        return place(provider.getClass());
    }

    private static String place(Class<?> type) {
        CodeSource source = type.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return "an unknown place";
        }
        try {
            URI uri = source.getLocation().toURI();
            return "file".equals(uri.getScheme()) ? Path.of(uri).toString() : uri.toString();
        } catch (URISyntaxException e) {
            return source.getLocation().toString();
        }
    }

    /** Everything about it, as JSON. */
    public ObjectNode document() {
        return Json.object()
                .put("name", provider.name())
                .put("model", provider.name())
                .put("inPaper", false)
                .put("licence", Release.UNKNOWN)
                .put("from", jar())
                .putPOJO("aliases", provider.aliases())
                .putPOJO("recognisedBy", ReleaseText.namings(provider));
    }

    /** Prints everything about it. */
    public void print(PrintWriter out) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("name", provider.name() + ", without a stated release");
        facts.put("--model", provider.name() + ReleaseText.aliases(provider));
        facts.put("from", jar());
        facts.put("licence", Release.UNKNOWN);
        ConsoleTable.printFacts(out, facts);
        ReleaseText.printNames(out, provider);
    }
}
