import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Makes the downloads of a built tree: {@code java .ci/Distribution.java LIB OUT}, where LIB has the command's jars
 * ({@code cli/target/lib} after {@code mvn package}). Writes into OUT
 *
 * <ul>
 *   <li>{@code unmute-VERSION-linux-x64.zip}: with its own Java, which {@code jlink} makes from the JDK that runs this
 *   <li>{@code unmute-VERSION.zip}: for any JDK 25 or newer
 *   <li>{@code SHA256SUMS} of both
 * </ul>
 *
 * The same jars and the same JDK give the same bytes: entries are sorted and have one time. Run in the root of the
 * tree.
 */
class Distribution {
    private static final FileTime TIME = FileTime.from(Instant.parse("2026-01-01T00:00:00Z"));
    /**
     * Beyond what the jars are seen to use: zip files as file systems and flight recordings, for jars that users add.
     */
    private static final List<String> MORE_MODULES = List.of("jdk.zipfs", "jdk.jfr", "jdk.incubator.vector");

    private static final Pattern VERSION =
            Pattern.compile("<artifactId>unmute</artifactId>\\s*<version>([^<]+)</version>");

    private final Path jars;
    private final Path out;
    private final Path work;
    private final Path jdk = Path.of(System.getProperty("java.home"));

    private Distribution(Path jars, Path out, Path work) {
        this.jars = jars;
        this.out = out;
        this.work = work;
    }

    public static void main(String[] args) throws Exception {
        if (args.length != 2) {
            System.err.println("usage: java .ci/Distribution.java LIB OUT, in the root of a built tree");
            System.exit(2);
        }
        TimeZone.setDefault(TimeZone.getTimeZone("UTC")); // zip entries have local time
        Path work = Files.createTempDirectory("unmute-distribution");
        try {
            new Distribution(Path.of(args[0]), Path.of(args[1]), work).make();
        } finally {
            delete(work);
        }
    }

    private void make() throws Exception {
        Files.createDirectories(out);
        String version = version();
        Map<String, Path> files = files();
        List<Path> zips = new ArrayList<>();
        zips.add(zip("unmute-" + version, files));
        if (System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64")) {
            Map<String, Path> withJava = new TreeMap<>(files);
            withJava.remove("unmute.cmd");
            Path java = java();
            for (Path file : regularFiles(java)) {
                withJava.put("java/" + java.relativize(file), file);
            }
            zips.add(zip("unmute-" + version + "-linux-x64", withJava));
        } else {
            System.err.println("distribution: the archive with Java is made on Linux x64 only");
        }
        StringBuilder sums = new StringBuilder();
        for (Path zip : zips) {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(zip));
            sums.append(HexFormat.of().formatHex(digest))
                    .append("  ")
                    .append(zip.getFileName())
                    .append('\n');
            System.out.printf("%s  %.1f MB%n", zip, Files.size(zip) / 1e6);
        }
        Files.writeString(out.resolve("SHA256SUMS"), sums);
    }

    private static String version() throws IOException {
        Matcher found = VERSION.matcher(Files.readString(Path.of("pom.xml")));
        if (!found.find()) {
            throw new IOException("pom.xml names no version");
        }
        return found.group(1);
    }

    /** What both archives have, by its name in them. */
    private Map<String, Path> files() throws Exception {
        Map<String, Path> files = new TreeMap<>();
        for (String name : List.of("LICENSE", "NOTICE", "CHANGELOG.md")) {
            files.put(name, Path.of(name));
        }
        Path launcher = Path.of("cli/src/launcher");
        for (String name : List.of("unmute", "unmute.cmd", "README.md", "Containerfile")) {
            files.put(name, launcher.resolve(name));
        }
        for (String name : List.of("java.options", "kernels.options")) {
            files.put("lib/" + name, launcher.resolve(name));
        }
        for (Path jar : jars()) {
            files.put("lib/" + jar.getFileName(), jar);
        }
        files.put("completion/unmute.bash", completion());
        return files;
    }

    private List<Path> jars() throws IOException {
        try (Stream<Path> all = Files.list(jars)) {
            List<Path> found =
                    all.filter(f -> f.toString().endsWith(".jar")).sorted().toList();
            if (found.stream().noneMatch(f -> f.getFileName().toString().startsWith("unmute-cli-"))) {
                throw new IOException(jars + " has no unmute-cli-*.jar: run mvn -DskipTests package -pl cli -am first");
            }
            return found;
        }
    }

    /**
     * The completion of commands and options, for bash and zsh. The jars are asked, since only they know all commands.
     */
    private Path completion() throws Exception {
        List<URL> urls = new ArrayList<>();
        for (Path jar : jars()) {
            urls.add(jar.toUri().toURL());
        }
        try (URLClassLoader loader = new URLClassLoader(urls.toArray(URL[]::new))) {
            var bash = loader.loadClass("org.unmute.cli.CompletionScript").getDeclaredMethod("bash");
            bash.setAccessible(true);
            return Files.writeString(work.resolve("completion"), (String) bash.invoke(null));
        }
    }

    /** A Java with the modules that the jars use. */
    private Path java() throws Exception {
        Set<String> modules = new TreeSet<>(MORE_MODULES);
        List<String> command = new ArrayList<>(
                List.of(tool("jdeps"), "--print-module-deps", "--ignore-missing-deps", "--multi-release", "25"));
        for (Path jar : jars()) {
            if (jar.getFileName().toString().startsWith("unmute-")) {
                modules.addAll(required(jar));
            } else {
                command.add(jar.toString());
            }
        }
        modules.addAll(List.of(run(command).strip().split(",")));
        Path java = work.resolve("java");
        System.err.println("distribution: Java with " + String.join(", ", modules));
        run(List.of(
                tool("jlink"),
                "--add-modules",
                String.join(",", modules),
                "--strip-debug",
                "--no-man-pages",
                "--no-header-files",
                // The archive compresses better than jlink does.
                "--compress",
                "zip-0",
                "--output",
                java.toString()));
        return java;
    }

    /** Modules of the JDK that one of ours requires. */
    private static List<String> required(Path jar) {
        return ModuleFinder.of(jar).findAll().iterator().next().descriptor().requires().stream()
                .map(ModuleDescriptor.Requires::name)
                .filter(name -> ModuleFinder.ofSystem().find(name).isPresent())
                .toList();
    }

    private String tool(String name) {
        return jdk.resolve("bin").resolve(name).toString();
    }

    private static String run(List<String> command) throws Exception {
        Path log = Files.createTempFile("unmute-distribution", ".log");
        try {
            Process process =
                    new ProcessBuilder(command).redirectError(log.toFile()).start();
            String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(command.getFirst() + " failed: " + printed + Files.readString(log));
            }
            return printed;
        } finally {
            Files.delete(log);
        }
    }

    private static List<Path> regularFiles(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList(); // follows the links among the licences
        }
    }

    /** Writes an archive whose entries lie in a folder of its name. */
    private Path zip(String name, Map<String, Path> files) throws IOException {
        Path zip = out.resolve(name + ".zip");
        Files.deleteIfExists(zip);
        Map<String, Object> options = Map.of("create", true, "enablePosixFileAttributes", true);
        try (FileSystem archive = FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()), options)) {
            Path root = archive.getPath(name);
            Set<Path> folders = new TreeSet<>();
            for (String file : files.keySet()) {
                for (Path p = root.resolve(file).getParent(); p != null; p = p.getParent()) {
                    folders.add(p);
                }
            }
            for (Path folder : folders) {
                Files.createDirectory(folder);
                dress(folder, "rwxr-xr-x");
            }
            for (Map.Entry<String, Path> file : files.entrySet()) {
                Path to = root.resolve(file.getKey());
                if (file.getKey().endsWith(".cmd")) {
                    // cmd misses labels where lines end as elsewhere
                    Files.writeString(to, Files.readString(file.getValue()).replaceAll("\\r?\\n", "\r\n"));
                } else {
                    Files.write(to, Files.readAllBytes(file.getValue()));
                }
                dress(to, Files.isExecutable(file.getValue()) ? "rwxr-xr-x" : "rw-r--r--");
            }
        }
        return zip;
    }

    private static void dress(Path entry, String permissions) throws IOException {
        Files.setPosixFilePermissions(entry, PosixFilePermissions.fromString(permissions));
        Files.getFileAttributeView(entry, BasicFileAttributeView.class).setTimes(TIME, TIME, TIME);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted((a, b) -> b.compareTo(a)).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
