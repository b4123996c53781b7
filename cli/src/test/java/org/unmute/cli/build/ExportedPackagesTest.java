package org.unmute.cli.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.unmute.cli.Checkout;

/** The packages that the modules for embedding export say since when they are there and what may be null in them. */
class ExportedPackagesTest {
    private static final Pattern SINCE = Pattern.compile("(?m)^ \\* @since \\d+\\.\\d+\\.\\d+$");

    private static Path classes(String module) {
        return Checkout.root().resolve(module).resolve("target/classes");
    }

    @Test
    void areNullMarked() throws IOException {
        List<String> unmarked = new ArrayList<>();
        for (String module : ExportedSignaturesTest.modules()) {
            for (String name : ExportedSignatures.exported(classes(module))) {
                Path file = classes(module).resolve(name.replace('.', '/')).resolve("package-info.class");
                if (!Files.exists(file) || !annotations(file).contains("Lorg/jspecify/annotations/NullMarked;")) {
                    unmarked.add(name);
                }
            }
        }
        assertThat(unmarked)
                .as("package-info.java of an exported package has @NullMarked of org.jspecify")
                .isEmpty();
    }

    private static List<String> annotations(Path file) throws IOException {
        return ClassFile.of()
                .parse(file)
                .findAttribute(Attributes.runtimeVisibleAnnotations())
                .map(a -> a.annotations().stream()
                        .map(one -> one.className().stringValue())
                        .toList())
                .orElse(List.of());
    }

    @Test
    void sayTheVersionThatBroughtThem() throws IOException {
        List<String> silent = new ArrayList<>();
        for (String module : ExportedSignaturesTest.modules()) {
            for (String name : ExportedSignatures.exported(classes(module))) {
                Path file = Checkout.root()
                        .resolve(module)
                        .resolve("src/main/java")
                        .resolve(name.replace('.', '/'))
                        .resolve("package-info.java");
                if (!Files.exists(file)
                        || !SINCE.matcher(Files.readString(file)).find()) {
                    silent.add(name);
                }
            }
        }
        assertThat(silent)
                .as("package-info.java of an exported package ends its Javadoc with @since and the next version")
                .isEmpty();
    }

    /** javac's own check would want users to have the annotations, too. */
    @Test
    void signaturesNameOnlyWhatUsersReach() throws IOException {
        Map<String, ModuleDescriptor> modules = new HashMap<>();
        for (String module : ExportedSignaturesTest.modules()) {
            try (InputStream in = Files.newInputStream(classes(module).resolve("module-info.class"))) {
                ModuleDescriptor descriptor = ModuleDescriptor.read(in);
                modules.put(descriptor.name(), descriptor);
            }
        }
        List<String> hidden = new ArrayList<>();
        for (String module : ExportedSignaturesTest.modules()) {
            for (Class<?> type : ExportedSignatures.types(classes(module))) {
                Set<String> reached = reached(type.getModule().getName(), modules);
                for (Class<?> named : named(type)) {
                    if (named.getName().startsWith("org.unmute.")
                            && !(ExportedSignatures.isExported(named) && reached.contains(named.getPackageName()))) {
                        hidden.add(type.getName() + " names " + named.getName());
                    }
                }
            }
        }
        assertThat(hidden)
                .as("signatures with types that users of the module cannot name")
                .isEmpty();
    }

    /** Packages that a user of a module can name: its own and those of modules that it requires transitively. */
    private static Set<String> reached(String module, Map<String, ModuleDescriptor> modules) {
        Set<String> packages = new TreeSet<>();
        ModuleDescriptor descriptor = modules.get(module);
        if (descriptor != null) {
            descriptor.exports().stream().filter(e -> !e.isQualified()).forEach(e -> packages.add(e.source()));
            descriptor.requires().stream()
                    .filter(r -> r.modifiers().contains(ModuleDescriptor.Requires.Modifier.TRANSITIVE))
                    .forEach(r -> packages.addAll(reached(r.name(), modules)));
        }
        return packages;
    }

    private static List<Class<?>> named(Class<?> type) {
        List<Class<?>> all = new ArrayList<>();
        for (Method m : type.getDeclaredMethods()) {
            if (isSeen(m)) {
                all.add(m.getReturnType());
                all.addAll(List.of(m.getParameterTypes()));
                all.addAll(List.of(m.getExceptionTypes()));
            }
        }
        for (Constructor<?> c : type.getDeclaredConstructors()) {
            if (isSeen(c)) {
                all.addAll(List.of(c.getParameterTypes()));
            }
        }
        all.replaceAll(c -> {
            Class<?> element = c;
            while (element.isArray()) {
                element = element.getComponentType();
            }
            return element;
        });
        return all;
    }

    private static boolean isSeen(Member member) {
        return (member.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0 && !member.isSynthetic();
    }
}
