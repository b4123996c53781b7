import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Checks the bill of materials of the command: {@code java .ci/CheckSbom.java [ROOT]}, after {@code mvn verify}. It
 * must name exactly the jars of {@code cli/target/lib}. {@code NOTICE} must name each library of others, and {@code
 * docs/dependencies.md} its version.
 */
class CheckSbom {
    private static final Path SBOM = Path.of("cli/target/unmute-sbom.json");
    private static final Path JARS = Path.of("cli/target/lib");
    private static final Path NOTICE = Path.of("NOTICE");
    private static final Path LIST = Path.of("docs/dependencies.md");

    /** A package URL such as {@code pkg:maven/org.jcuda/jcuda-natives@12.6.0?classifier=linux-x86_64&type=jar}. */
    private static final Pattern PURL =
            Pattern.compile("\"purl\"\\s*:\\s*\"pkg:maven/([^/\"]+)/([^@\"]+)@([^?\"]+)(?:\\?([^\"]*))?\"");

    private static final Pattern CLASSIFIER = Pattern.compile("(?:^|&)classifier=([^&]+)");

    private record Library(String group, String artifact, String version, String classifier) {
        static Library of(MatchResult purl) {
            Matcher classifier = CLASSIFIER.matcher(purl.group(4) == null ? "" : purl.group(4));
            return new Library(
                    purl.group(1), purl.group(2), purl.group(3), classifier.find() ? "-" + classifier.group(1) : "");
        }

        String name() {
            return group + ":" + artifact;
        }

        String jar() {
            return artifact + "-" + version + classifier + ".jar";
        }

        boolean isOurs() {
            return group.equals("org.unmute");
        }
    }

    private static Set<String> jars(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString())
                    .filter(name -> name.endsWith(".jar"))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static List<String> problems(Path root) throws IOException {
        List<Library> libraries = PURL.matcher(Files.readString(root.resolve(SBOM)))
                .results()
                .map(Library::of)
                .distinct()
                .toList();
        List<String> problems = new ArrayList<>();
        Set<String> named = libraries.stream().map(Library::jar).collect(Collectors.toCollection(TreeSet::new));
        Set<String> present = jars(root.resolve(JARS));
        for (String jar : present) {
            if (!named.contains(jar)) {
                problems.add(SBOM + " does not name " + JARS + "/" + jar + "; if no module needs it any more: delete "
                        + JARS + " and build again");
            }
        }
        for (String jar : named) {
            if (!present.contains(jar)) {
                problems.add(SBOM + " names " + jar + ", which is not in " + JARS);
            }
        }
        String notice = Files.readString(root.resolve(NOTICE));
        List<String> list = Files.readAllLines(root.resolve(LIST));
        for (Library library : libraries) {
            if (library.isOurs()) {
                continue;
            }
            if (!notice.contains(library.name() + "\n")) {
                problems.add(NOTICE + " has no line that ends with " + library.name() + ": add it, with its licence");
            }
            if (list.stream()
                    .noneMatch(l -> l.contains(library.name() + "`") && l.contains("| " + library.version() + " |"))) {
                problems.add(LIST + " has no row with `" + library.name() + "` and version " + library.version());
            }
        }
        return problems;
    }

    public static void main(String[] args) throws IOException {
        List<String> problems = problems(Path.of(args.length > 0 ? args[0] : "."));
        problems.forEach(problem -> System.err.println("bill of materials: " + problem));
        if (!problems.isEmpty()) {
            System.exit(1);
        }
    }
}
