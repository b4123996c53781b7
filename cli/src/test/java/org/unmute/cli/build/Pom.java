package org.unmute.cli.build;

import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.unmute.cli.Checkout;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** The external artifacts of a POM, with versions. A dependency whose version is in the parent is listed there. */
record Pom(Path file, List<Artifact> artifacts) {
    private static final Pattern PROPERTY = Pattern.compile("\\$\\{([^}]+)}");
    private static final Set<String> FOLDERS_LEFT_OUT = Set.of("target", "src", ".git", "shared", "runs");

    /** @param isPlugin whether the artifact is a build plugin and not a dependency */
    record Artifact(String group, String name, String version, String classifier, String extension, boolean isPlugin) {
        /** The path of its file in a local repository, with slashes. */
        String path() {
            return group.replace('.', '/') + "/" + name + "/" + version + "/" + name + "-" + version
                    + (classifier.isEmpty() ? "" : "-" + classifier) + "." + extension;
        }

        @Override
        public String toString() {
            return group + ":" + name;
        }
    }

    /** All POMs of the tree. */
    static List<Pom> all() throws Exception {
        List<Path> files = new ArrayList<>();
        Files.walkFileTree(Checkout.root(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return FOLDERS_LEFT_OUT.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.endsWith("pom.xml")) {
                    files.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        Map<String, String> shared = properties(parse(Checkout.root().resolve("pom.xml")));
        List<Pom> poms = new ArrayList<>();
        for (Path file : files) {
            Element project = parse(file);
            Map<String, String> properties = new HashMap<>(shared);
            properties.putAll(properties(project));
            poms.add(new Pom(Checkout.root().relativize(file), artifacts(project, properties)));
        }
        return poms;
    }

    private static Element parse(Path file) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(file.toFile())
                .getDocumentElement();
    }

    private static Map<String, String> properties(Element project) {
        Map<String, String> properties = new HashMap<>();
        elements(project.getElementsByTagName("properties")).stream()
                .filter(block -> block.getParentNode() == project)
                .flatMap(block -> elements(block.getChildNodes()).stream())
                .forEach(property -> properties.put(
                        property.getTagName(), property.getTextContent().strip()));
        return properties;
    }

    private static List<Artifact> artifacts(Element project, Map<String, String> properties) {
        List<Artifact> artifacts = new ArrayList<>();
        for (String tag : List.of("dependency", "plugin", "path")) {
            for (Element element : elements(project.getElementsByTagName(tag))) {
                boolean isPlugin = tag.equals("plugin");
                String group = child(element, "groupId", isPlugin ? "org.apache.maven.plugins" : "");
                String version = child(element, "version", "");
                if (version.isEmpty() || group.equals("org.unmute")) {
                    continue;
                }
                String type = child(element, "type", "jar");
                artifacts.add(new Artifact(
                        group,
                        child(element, "artifactId", ""),
                        resolve(version, properties),
                        resolve(child(element, "classifier", ""), properties),
                        type,
                        isPlugin));
            }
        }
        return artifacts;
    }

    private static String resolve(String value, Map<String, String> properties) {
        String resolved = PROPERTY.matcher(value).replaceAll(found -> {
            String property = properties.get(found.group(1));
            return Matcher.quoteReplacement(property == null ? found.group() : property);
        });
        return resolved.equals(value) ? value : resolve(resolved, properties);
    }

    private static String child(Element element, String tag, String otherwise) {
        return elements(element.getChildNodes()).stream()
                .filter(child -> child.getTagName().equals(tag))
                .map(child -> child.getTextContent().strip())
                .findFirst()
                .orElse(otherwise);
    }

    private static List<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength())
                .mapToObj(nodes::item)
                .filter(Element.class::isInstance)
                .map(Element.class::cast)
                .toList();
    }
}
