package org.unmute.cli.encoder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.Json;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Release;
import org.unmute.models.encoder.Releases;

/** Releases of encoders as text and as JSON. */
public final class ReleaseText {
    private ReleaseText() {}

    /** Prints all releases, and the encoders without one. */
    public static void list(PrintWriter out) {
        ConsoleTable table = new ConsoleTable(
                "name", "--model", "licence", "parameters", "grid of 10 s", "tokens", "cls", "classes", "repository");
        for (Release r : Releases.all()) {
            table.row(
                    r.name(),
                    r.model(),
                    r.licence() + (r.warning().isEmpty() ? "" : " (!)"),
                    millions(r.size().parameters()),
                    grid(r),
                    r.tokens().count(),
                    r.tokens().cls() ? "yes" : "no",
                    r.classes() == 0 ? null : r.classes(),
                    r.repository().isEmpty() ? null : r.repository());
        }
        List<PluginEncoder> others = PluginEncoder.withoutRelease();
        others.forEach(p -> table.row(
                p.provider().name(), p.provider().name(), Release.UNKNOWN, null, null, null, null, null, p.jar()));
        table.print(out);
        out.println();
        ConsoleTable files = new ConsoleTable("name", "file to download", "from");
        for (Release r : Releases.all()) {
            for (Release.Download d : r.downloads()) {
                files.row(d.equals(r.downloads().getFirst()) ? r.name() : "", d.file(), d.page());
            }
        }
        files.print(out);
        out.println();
        Map<String, List<String>> warnings = new LinkedHashMap<>();
        Releases.all().stream()
                .filter(r -> !r.warning().isEmpty())
                .forEach(r -> warnings.computeIfAbsent(r.warning(), _ -> new ArrayList<>())
                        .add(r.name()));
        warnings.forEach((warning, names) -> out.println("(!) " + String.join(", ", names) + ": " + warning));
        others.forEach(
                p -> out.println(p.provider().name() + " is from " + p.jar() + ", which states no release of it."));
        out.println(
                "The first nine are those of the paper, + means fine-tuned on AudioSet. Nothing is downloaded by this"
                        + " program.");
        out.println(
                "'unmute encoders NAME' tells more about one; '--encoder FILE' of the other commands reads the file as"
                        + " it was downloaded.");
    }

    private static String millions(long parameters) {
        return String.format(Locale.ROOT, "%,.1f M", parameters / 1e6);
    }

    private static String grid(Release r) {
        return r.tokens().time() + " x " + r.tokens().freq();
    }

    /** Prints everything about a release. */
    public static void details(PrintWriter out, Release r) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("name", r.name() + (r.inPaper() ? ", one of the nine of the paper" : ""));
        facts.put(
                "--model",
                r.model() + Encoders.find(r.model()).map(ReleaseText::aliases).orElse(""));
        Encoders.find(r.model())
                .map(PluginEncoder::new)
                .filter(PluginEncoder::isForeign)
                .ifPresent(p -> facts.put("from", p.jar()));
        facts.put("licence", r.licence() + (r.warning().isEmpty() ? "" : ": " + r.warning()));
        facts.put(
                "repository", r.repository().isEmpty() ? "none, it is in the program" : "github.com/" + r.repository());
        for (int i = 0; i < r.downloads().size(); i++) {
            facts.put(
                    i == 0 ? "file" : "or file " + (i + 1),
                    r.downloads().get(i).file() + ", from: "
                            + r.downloads().get(i).page());
        }
        facts.put(
                "size",
                r.size().dim() + " channels, " + r.size().depth() + " blocks, "
                        + (r.size().heads() == 0
                                ? ""
                                : r.size().heads() == 1 ? "1 head, " : r.size().heads() + " heads, ")
                        + String.format(Locale.ROOT, "%,d parameters", r.size().parameters()));
        facts.put("blocks", r.notes().layers());
        facts.put("front end", r.notes().frontEnd());
        facts.put("normalisation", r.notes().normalisation());
        facts.put(
                "tokens of 10 s",
                grid(r) + " (time x frequency) = " + r.tokens().count());
        facts.put("token order", order(r));
        facts.put("class token", r.tokens().cls() ? "yes" : "no");
        facts.put("positions", r.tokens().positions());
        facts.put(
                "classes",
                r.classes() == 0
                        ? "none, a pre-trained encoder"
                        : r.classes() + (r.classes() == 527 ? " of AudioSet" : ""));
        ConsoleTable.printFacts(out, facts);
        Encoders.find(r.model()).ifPresent(f -> printNames(out, f));
        out.println();
        out.println("To mind:");
        r.notes().traps().forEach(t -> out.println("  - " + t));
    }

    /** How an encoder's files are recognised. */
    static void printNames(PrintWriter out, EncoderProvider provider) {
        out.println();
        out.println("Recognised by tensors of these names, below any prefix:");
        for (KeyMap map : provider.keyMaps()) {
            out.println("  " + map.name() + ": " + String.join(", ", map.signature()) + where(map));
        }
    }

    private static String where(KeyMap map) {
        if (map.prefixEnd() == null) {
            return "";
        }
        return map.prefixEnd().endsWith(".")
                ? ", where the prefix ends in '" + map.prefixEnd() + "', or --model or the file's metadata say so"
                : ", where --model or the file's metadata say so";
    }

    private static String order(Release r) {
        return r.tokens().freq() == 1
                ? "time"
                : switch (r.tokens().order()) {
                    case TIME_MAJOR -> "time-major: all frequencies of a time step, then the next";
                    case FREQUENCY_MAJOR -> "frequency-major: all time steps of a frequency, then the next";
                };
    }

    static String aliases(EncoderProvider provider) {
        return provider.aliases().isEmpty() ? "" : " (also: " + String.join(", ", provider.aliases()) + ")";
    }

    static List<Map<String, Object>> namings(EncoderProvider provider) {
        return provider.keyMaps().stream()
                .map(m -> Map.<String, Object>of("naming", m.name(), "tensors", m.signature()))
                .toList();
    }

    /** Everything about a release, as JSON. */
    public static ObjectNode document(Release r) {
        List<Map<String, Object>> names = Encoders.find(r.model()).stream()
                .flatMap(f -> namings(f).stream())
                .toList();
        return Json.object()
                .put("name", r.name())
                .put("model", r.model())
                .put("inPaper", r.inPaper())
                .put("licence", r.licence())
                .put("warning", r.warning())
                .put("repository", r.repository())
                .putPOJO("downloads", r.downloads())
                .put("dim", r.size().dim())
                .put("depth", r.size().depth())
                .put("heads", r.size().heads())
                .put("parameters", r.size().parameters())
                .put("time", r.tokens().time())
                .put("freq", r.tokens().freq())
                .put("tokens", r.tokens().count())
                .put("tokenOrder", r.tokens().order().name())
                .put("cls", r.tokens().cls())
                .put("positions", r.tokens().positions())
                .put("classes", r.classes())
                .put("frontEnd", r.notes().frontEnd())
                .put("normalisation", r.notes().normalisation())
                .put("blocks", r.notes().layers())
                .putPOJO("recognisedBy", names)
                .putPOJO("traps", r.notes().traps());
    }
}
