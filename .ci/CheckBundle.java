import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Checks a folder of artifacts by the rules of Maven Central, offline: {@code java .ci/CheckBundle.java [OPTIONS]
 * FOLDER}, where FOLDER is laid out as a repository.
 *
 * <ul>
 *   <li>each POM has coordinates, name, description, url, licence, developer and scm, its own or its parent's, and a
 *       version that is no snapshot, nor are those of its dependencies
 *   <li>each jar has jars of sources and of Javadoc beside it, and all have LICENSE and NOTICE
 *   <li>each file has right MD5 and SHA-1 digests and a signature
 *   <li>unmute-bom names exactly the modules that have jars
 * </ul>
 *
 * Options: {@code --gpg} has gpg verify the signatures; {@code --publish} refuses addresses that do not exist; {@code
 * --faults} plants one fault after another in a copy and fails if one is not found.
 */
class CheckBundle {
    private static final List<String> REQUIRED = List.of(
            "name",
            "description",
            "url",
            "licenses/license/name",
            "licenses/license/url",
            "developers/developer/name",
            "scm/connection",
            "scm/url");
    /** Not inherited by the rules of Maven. */
    private static final List<String> OWN = List.of("name", "description");

    private final Path root;
    private final boolean gpg;
    private final boolean publish;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Element> poms = new HashMap<>();

    CheckBundle(Path root, boolean gpg, boolean publish) {
        this.root = root;
        this.gpg = gpg;
        this.publish = publish;
    }

    public static void main(String[] args) throws Exception {
        List<String> options = Stream.of(args).filter(a -> a.startsWith("--")).toList();
        List<String> folders = Stream.of(args).filter(a -> !a.startsWith("--")).toList();
        if (folders.size() != 1 || !List.of("--gpg", "--publish", "--faults").containsAll(options)) {
            System.err.println("usage: java .ci/CheckBundle.java [--gpg] [--publish] [--faults] FOLDER");
            System.exit(2);
        }
        Path root = Path.of(folders.getFirst());
        List<String> problems = options.contains("--faults")
                ? faults(root)
                : new CheckBundle(root, options.contains("--gpg"), options.contains("--publish")).problems();
        problems.forEach(p -> System.err.println("bundle: " + p));
        if (!problems.isEmpty()) {
            System.exit(1);
        }
        System.out.println(options.contains("--faults") ? "bundle: all faults are found" : "bundle: follows the rules");
    }

    List<String> problems() throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        List<Path> artifacts = files.stream()
                .filter(f -> f.toString().matches(".*\\.(pom|jar|json)"))
                .toList();
        if (artifacts.isEmpty()) {
            problems.add(root + " has no artifacts");
        }
        for (Path artifact : artifacts) {
            digestsAndSignature(artifact);
            if (artifact.toString().endsWith(".pom")) {
                Element pom = DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(artifact.toFile())
                        .getDocumentElement();
                poms.put(artifactId(artifact), pom);
            } else if (artifact.toString().endsWith(".jar")) {
                licences(artifact);
            }
        }
        for (Path artifact : artifacts) {
            if (artifact.toString().endsWith(".pom")) {
                metadata(artifact);
                jars(artifact);
            }
        }
        bom(artifacts);
        for (Path file : files) {
            if (!file.toString().matches(".*\\.(pom|jar|json)(\\.asc)?(\\.(md5|sha1|sha256|sha512))?")) {
                problems.add(file + " does not belong into a bundle");
            }
        }
        return problems;
    }

    private static String artifactId(Path artifact) {
        return artifact.getParent().getParent().getFileName().toString();
    }

    private static String version(Path artifact) {
        return artifact.getParent().getFileName().toString();
    }

    private void digestsAndSignature(Path file) throws Exception {
        for (Map.Entry<String, String> kind :
                Map.of("md5", "MD5", "sha1", "SHA-1").entrySet()) {
            Path digest = file.resolveSibling(file.getFileName() + "." + kind.getKey());
            String right = HexFormat.of()
                    .formatHex(MessageDigest.getInstance(kind.getValue()).digest(Files.readAllBytes(file)));
            if (!Files.exists(digest)) {
                problems.add(digest + " is missing");
            } else if (!Files.readString(digest).strip().equals(right)) {
                problems.add(digest + " is not the digest of its file");
            }
        }
        Path signature = file.resolveSibling(file.getFileName() + ".asc");
        if (!Files.exists(signature)) {
            problems.add(signature + " is missing");
        } else if (gpg) {
            Process process = new ProcessBuilder("gpg", "--verify", signature.toString(), file.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                problems.add(
                        signature + " does not sign its file: " + said.strip().replace('\n', ';'));
            }
        }
    }

    private void licences(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (String name : List.of("META-INF/LICENSE", "META-INF/NOTICE")) {
                if (zip.getEntry(name) == null) {
                    problems.add(jar + " has no " + name);
                }
            }
        }
    }

    private void metadata(Path file) {
        Element pom = poms.get(artifactId(file));
        for (String path : REQUIRED) {
            String value = text(pom, path);
            if (value.isEmpty()
                    && !OWN.contains(path)
                    && !text(pom, "parent/artifactId").isEmpty()) {
                Element parent = pom;
                while (value.isEmpty() && !text(parent, "parent/artifactId").isEmpty()) {
                    String name = text(parent, "parent/artifactId");
                    parent = poms.get(name);
                    if (parent == null) {
                        problems.add(file + ": its parent " + name + " is not in the bundle");
                        return;
                    }
                    value = text(parent, path);
                }
            }
            if (value.isEmpty()) {
                problems.add(file + " has no " + path);
            } else if (publish && value.contains(".invalid")) {
                problems.add(file + ": " + path + " is a place that does not exist: " + value);
            }
        }
        String own = text(pom, "version").isEmpty() ? text(pom, "parent/version") : text(pom, "version");
        if (!own.equals(version(file))) {
            problems.add(file + " says version " + own);
        }
        if (own.endsWith("-SNAPSHOT")) {
            problems.add(file + " is a snapshot");
        }
        for (String value : values(pom, "dependencies/dependency/version")) {
            if (value.endsWith("-SNAPSHOT")) {
                problems.add(file + " depends on a snapshot: " + value);
            }
        }
    }

    private void jars(Path file) {
        if (text(poms.get(artifactId(file)), "packaging").equals("pom")) {
            return;
        }
        String stem = file.toString().replaceAll("\\.pom$", "");
        for (String end : List.of(".jar", "-sources.jar", "-javadoc.jar")) {
            if (!Files.exists(Path.of(stem + end))) {
                problems.add(stem + end + " is missing");
            }
        }
    }

    private void bom(List<Path> artifacts) {
        Element bom = poms.get("unmute-bom");
        if (bom == null) {
            problems.add("unmute-bom is missing");
            return;
        }
        TreeSet<String> named = new TreeSet<>(values(bom, "dependencyManagement/dependencies/dependency/artifactId"));
        TreeSet<String> present = new TreeSet<>();
        artifacts.stream().filter(f -> f.toString().endsWith(".jar")).forEach(f -> present.add(artifactId(f)));
        if (!named.equals(present)) {
            problems.add("unmute-bom names " + named + ", and there are jars of " + present);
        }
    }

    private static String text(Element from, String path) {
        List<String> values = values(from, path);
        return values.isEmpty() ? "" : values.getFirst();
    }

    /** The texts of all elements of a path such as {@code scm/url}. */
    private static List<String> values(Element from, String path) {
        int slash = path.indexOf('/');
        String name = slash < 0 ? path : path.substring(0, slash);
        List<String> values = new ArrayList<>();
        for (Node n = from.getFirstChild(); n != null; n = n.getNextSibling()) {
            if (n instanceof Element e && e.getTagName().equals(name)) {
                if (slash < 0) {
                    values.add(e.getTextContent().strip());
                } else {
                    values.addAll(values(e, path.substring(slash + 1)));
                }
            }
        }
        return values;
    }

    private interface Fault {
        void plant(Path pom) throws Exception;
    }

    /** A bundle that is right must be refused after each of these. */
    private static List<String> faults(Path root) throws Exception {
        Map<String, Fault> faults = Map.of(
                "has no licenses/license/name",
                pom -> rewrite(parent(pom), "(?s)<licenses>.*</licenses>", ""),
                "-sources.jar is missing",
                pom -> Files.delete(Path.of(pom.toString().replaceAll("\\.pom$", "-sources.jar"))),
                ".jar.sha1 is not the digest",
                pom -> Files.writeString(Path.of(pom.toString().replaceAll("\\.pom$", ".jar.sha1")), "0".repeat(40)),
                ".pom.asc is missing",
                pom -> Files.delete(Path.of(pom + ".asc")),
                "depends on a snapshot",
                pom -> rewrite(
                        pom,
                        "<dependencies>",
                        "<dependencies><dependency><groupId>a</groupId>"
                                + "<artifactId>b</artifactId><version>1-SNAPSHOT</version></dependency>"));
        List<String> problems = new ArrayList<>(new CheckBundle(root, false, false).problems());
        for (Map.Entry<String, Fault> fault : faults.entrySet()) {
            Path copy = Files.createTempDirectory("bundle");
            try {
                copy(root, copy);
                fault.getValue().plant(probes(copy));
                List<String> found = new CheckBundle(copy, false, false).problems();
                if (found.stream().noneMatch(p -> p.contains(fault.getKey()))) {
                    problems.add("the fault that should give '" + fault.getKey() + "' was not found; found: " + found);
                } else {
                    System.out.println("bundle: found: "
                            + found.stream()
                                    .filter(p -> p.contains(fault.getKey()))
                                    .findFirst()
                                    .orElseThrow()
                                    .replace(copy + "/", ""));
                }
            } finally {
                delete(copy);
            }
        }
        return problems;
    }

    private static Path probes(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(f -> f.getFileName().toString().matches("unmute-probes-.*\\.pom"))
                    .findFirst()
                    .orElseThrow(() -> new IOException(root + " has no unmute-probes"));
        }
    }

    private static Path parent(Path pom) {
        String version = version(pom);
        return pom.getParent().getParent().resolveSibling("unmute/" + version + "/unmute-" + version + ".pom");
    }

    private static void rewrite(Path file, String pattern, String by) throws IOException {
        Files.writeString(
                file, Pattern.compile(pattern).matcher(Files.readString(file)).replaceFirst(by));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path file : all.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
