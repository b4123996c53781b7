package org.unmute.cli.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.unmute.cli.console.CommandException;
import org.unmute.cli.console.ConsoleTable;
import org.unmute.data.provenance.Json;
import org.unmute.models.checkpoint.KeyMap;
import org.unmute.models.encoder.EncoderProvider;
import org.unmute.models.encoder.Encoders;
import org.unmute.models.encoder.Release;
import org.unmute.models.encoder.Releases;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists the supported encoders, their licences and downloads. */
@Command(
        name = "encoders",
        description = {
            "Lists the encoders that can be read, with licence, size, tokens of ten seconds, and what file to download"
                    + " from where.",
            "The first nine are the paper's; a plus marks those fine-tuned on AudioSet. Parameters are the encoder's"
                    + " weights, without head, decoder and tables that are not trained. Nothing is downloaded."
        },
        footer = {"", "Examples:", "  unmute encoders", "  unmute encoders beats"})
final class EncodersCommand extends UnmuteCommand {
    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Show everything about this one.")
    private String name;

    @Override
    public Integer call() throws IOException {
        if (name == null) {
            List<ObjectNode> documents = Stream.concat(
                            Releases.all().stream().map(EncodersCommand::document),
                            PluginEncoder.withoutRelease().stream().map(PluginEncoder::document))
                    .toList();
            print(documents, EncodersCommand::list);
            return status;
        }
        Optional<Release> release = Releases.find(name);
        if (release.isPresent()) {
            print(document(release.get()), o -> details(o, release.get()));
            return status;
        }
        PluginEncoder encoder = PluginEncoder.find(name)
                .orElseThrow(() -> CommandException.usage("no encoder is called '" + name + "'; known are "
                        + String.join(", ", names())
                        + "; one in a jar of its own is known if the jar is in UNMUTE_CLASSPATH"));
        print(encoder.document(), encoder::print);
        return status;
    }

    private static List<String> names() {
        return Stream.concat(
                        Releases.all().stream().map(Release::name),
                        PluginEncoder.withoutRelease().stream()
                                .map(PluginEncoder::provider)
                                .map(EncoderProvider::name))
                .toList();
    }

    private static void list(PrintWriter out) {
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

    private static void details(PrintWriter out, Release r) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("name", r.name() + (r.inPaper() ? ", one of the nine of the paper" : ""));
        facts.put("--model", r.model() + aliases(r));
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
                        + r.size().heads() + (r.size().heads() == 1 ? " head, " : " heads, ")
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
        printFacts(out, facts);
        Encoders.find(r.model()).ifPresent(f -> printNames(out, f));
        out.println();
        out.println("To mind:");
        r.notes().traps().forEach(t -> out.println("  - " + t));
    }

    /** How an encoder's files are recognised. */
    private static void printNames(PrintWriter out, EncoderProvider provider) {
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

    private static String aliases(Release r) {
        return Encoders.find(r.model())
                .filter(f -> !f.aliases().isEmpty())
                .map(f -> " (also: " + String.join(", ", f.aliases()) + ")")
                .orElse("");
    }

    private static List<Map<String, Object>> namings(EncoderProvider provider) {
        return provider.keyMaps().stream()
                .map(m -> Map.<String, Object>of("naming", m.name(), "tensors", m.signature()))
                .toList();
    }

    private static ObjectNode document(Release r) {
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

    /** An encoder as its provider describes it, such as one from another jar that states no release. */
    private record PluginEncoder(EncoderProvider provider) {
        /** Those that no release is listed for, in the order in which they are tried. */
        static List<PluginEncoder> withoutRelease() {
            List<String> released = Releases.all().stream().map(Release::model).toList();
            return Encoders.providers().stream()
                    .filter(p -> !released.contains(p.name()))
                    .map(PluginEncoder::new)
                    .toList();
        }

        /** The one of this name or alias. */
        static Optional<PluginEncoder> find(String name) {
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

        ObjectNode document() {
            return Json.object()
                    .put("name", provider.name())
                    .put("model", provider.name())
                    .put("inPaper", false)
                    .put("licence", Release.UNKNOWN)
                    .put("from", jar())
                    .putPOJO("aliases", provider.aliases())
                    .putPOJO("recognisedBy", namings(provider));
        }

        void print(PrintWriter out) {
            Map<String, String> facts = new LinkedHashMap<>();
            facts.put("name", provider.name() + ", without a stated release");
            facts.put(
                    "--model",
                    provider.name()
                            + (provider.aliases().isEmpty()
                                    ? ""
                                    : " (also: " + String.join(", ", provider.aliases()) + ")"));
            facts.put("from", jar());
            facts.put("licence", Release.UNKNOWN);
            printFacts(out, facts);
            printNames(out, provider);
        }
    }
}
