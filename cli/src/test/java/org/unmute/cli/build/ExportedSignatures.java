package org.unmute.cli.build;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What other modules can name in the packages that a module exports: one line a type, and below it one a constructor,
 * method and field, with generic types and what is thrown. Read from compiled classes, so it is the same however the
 * source is written.
 */
final class ExportedSignatures {
    /** Every type has these; that it writes its own is no promise. */
    private static final Set<String> OF_EVERY_TYPE = Set.of("toString()", "hashCode()", "equals(Object)");

    private ExportedSignatures() {}

    /** Prints how modules differ from their lists, or writes these; {@code .ci/signatures} runs it in the tree's root. */
    public static void main(String[] args) throws IOException {
        boolean write = args[0].equals("--write");
        for (String module : List.of(args).subList(write ? 1 : 0, args.length)) {
            List<String> now = of(Path.of(module, "target/classes"));
            Path list = list(module);
            if (write) {
                Files.write(list, now);
            } else {
                List<String> differences = differences(Files.exists(list) ? Files.readAllLines(list) : List.of(), now);
                if (!differences.isEmpty()) {
                    System.out.println(
                            "what " + module + " exports is not what " + list + " lists (- is gone, + is new):");
                    differences.forEach(line -> System.out.println("  " + line));
                    System.out.println("if it is meant: .ci/signatures --write " + module
                            + ", and a line in CHANGELOG.md for those who call it");
                }
            }
        }
    }

    /** The list of a module, below the tree's root. */
    static Path list(String module) {
        return Path.of("api", module.replace('/', '-') + ".txt");
    }

    /** Lines of members with their types, so that the same member of two types is told apart. */
    static List<String> differences(List<String> before, List<String> now) {
        Set<String> old = new LinkedHashSet<>(named(before));
        Set<String> current = new LinkedHashSet<>(named(now));
        List<String> all = new ArrayList<>();
        old.stream().filter(l -> !current.contains(l)).forEach(l -> all.add("- " + l));
        current.stream().filter(l -> !old.contains(l)).forEach(l -> all.add("+ " + l));
        return all;
    }

    private static List<String> named(List<String> lines) {
        List<String> named = new ArrayList<>();
        String type = "";
        for (String line : lines) {
            boolean isMember = line.startsWith(" ");
            type = isMember ? type : line;
            named.add(
                    isMember ? type.replaceAll(" (?:extends|implements|permits) .*", "") + ": " + line.strip() : line);
        }
        return named;
    }

    /** @param classes the folder of a module's compiled classes */
    static List<String> of(Path classes) throws IOException {
        List<String> lines = new ArrayList<>();
        types(classes).forEach(type -> add(type, lines));
        return lines;
    }

    /** The types that other modules can name. */
    static List<Class<?>> types(Path classes) throws IOException {
        List<Class<?>> types = new ArrayList<>();
        for (String name : exported(classes)) {
            Path folder = classes.resolve(name.replace('.', '/'));
            try (Stream<Path> files = Files.list(folder)) {
                files.map(f -> f.getFileName().toString())
                        .filter(f -> f.endsWith(".class") && !f.equals("package-info.class"))
                        .sorted()
                        .map(f -> load(name + "." + f.substring(0, f.length() - ".class".length())))
                        .filter(ExportedSignatures::isExported)
                        .forEach(types::add);
            }
        }
        return types;
    }

    /** The packages that a module exports to all. */
    static Set<String> exported(Path classes) throws IOException {
        try (InputStream in = Files.newInputStream(classes.resolve("module-info.class"))) {
            return ModuleDescriptor.read(in).exports().stream()
                    .filter(e -> !e.isQualified())
                    .map(ModuleDescriptor.Exports::source)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    static Class<?> load(String name) {
        try {
            return Class.forName(name, false, ExportedSignatures.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new UncheckedIOException(new IOException(name, e));
        }
    }

    /** Public, and so is every type around it; protected counts, as subclasses see it. */
    static boolean isExported(Class<?> type) {
        for (Class<?> c = type; c != null; c = c.getEnclosingClass()) {
            if (c.isAnonymousClass() || c.isLocalClass() || !isVisible(c.getModifiers())) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }

    private static void add(Class<?> type, List<String> lines) {
        lines.add(header(type));
        Set<String> members = new TreeSet<>();
        // What a hidden superclass has is seen through its public subclass.
        for (Class<?> c = type; c != null && (c == type || !isExported(c)); c = c.getSuperclass()) {
            for (Member m : members(c)) {
                if (isVisible(m.getModifiers()) && !m.isSynthetic() && (c == type || !(m instanceof Constructor))) {
                    members.add("    " + text(m));
                }
            }
        }
        members.removeIf(m -> OF_EVERY_TYPE.contains(m.substring(m.lastIndexOf(' ', m.indexOf('(')) + 1)));
        lines.addAll(members);
    }

    private static List<Member> members(Class<?> c) {
        List<Member> all = new ArrayList<>(List.of(c.getDeclaredFields()));
        all.addAll(List.of(c.getDeclaredConstructors()));
        all.addAll(List.of(c.getDeclaredMethods()));
        return all;
    }

    private static String header(Class<?> type) {
        StringBuilder text = new StringBuilder(type.toGenericString());
        Type parent = type.getGenericSuperclass();
        if (parent != null && parent != Object.class && !type.isRecord() && !type.isEnum()) {
            text.append(" extends ").append(parent.getTypeName());
        }
        text.append(joined(type.isInterface() ? " extends " : " implements ", type.getGenericInterfaces()));
        if (type.isSealed()) {
            text.append(joined(
                    " permits ",
                    Arrays.stream(type.getPermittedSubclasses())
                            .filter(ExportedSignatures::isExported)
                            .toArray(Type[]::new)));
        }
        return plain(text.toString()) + deprecation(type);
    }

    private static String joined(String before, Type[] types) {
        return types.length == 0
                ? ""
                : before + Arrays.stream(types).map(Type::getTypeName).collect(Collectors.joining(", "));
    }

    private static String text(Member member) {
        String owner = member.getDeclaringClass().getTypeName();
        String text = switch (member) {
            case Field f -> f.toGenericString();
            case Executable e -> e.toGenericString();
            default -> throw new IllegalArgumentException(member.toString());
        };
        // "int owner.name(...)" and "owner(...)": the line is below its owner.
        String own = member instanceof Constructor
                ? text.replace(owner + "(", "new(")
                : text.replace(" " + owner + ".", " ");
        String abstracted =
                member instanceof Method m && m.isDefault() ? own : own.replace("public abstract ", "abstract ");
        return plain(abstracted) + deprecation((AnnotatedElement) member);
    }

    private static String deprecation(AnnotatedElement element) {
        return element.isAnnotationPresent(Deprecated.class) ? " (deprecated)" : "";
    }

    private static String plain(String text) {
        return text.replaceAll("\\b(?:java\\.lang|java\\.util|java\\.io|java\\.nio\\.file)\\.(?=[A-Z])", "");
    }
}
