package org.unmute.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** Dependencies between packages, of all modules that are shipped; those between modules are in their descriptors. */
class ArchitectureTest {
    private static final String FILES = "org.unmute.files..";
    private static final String KERNELS = "org.unmute.kernels..";
    private static final String METRICS = "org.unmute.metrics..";
    private static final String AUDIO = "org.unmute.audio..";
    private static final String MP3 = "org.unmute.mp3..";
    private static final String MODELS = "org.unmute.models..";
    private static final String PROBES = "org.unmute.probes..";
    private static final String DATA = "org.unmute.data..";
    private static final String EVENTS = "org.unmute.events..";
    private static final String OPTIONS = "org.unmute.options..";
    private static final String BENCHMARK = "org.unmute.benchmark..";
    private static final String CONVERT = "org.unmute.convert..";
    private static final String REPORT = "org.unmute.report..";
    private static final String CLI = "org.unmute.cli..";
    private static final String JAVA = "java..";
    /** Constructors that always open a file. */
    private static final Set<String> OPENERS = Set.of(
            FileOutputStream.class.getName(),
            FileInputStream.class.getName(),
            FileWriter.class.getName(),
            FileReader.class.getName(),
            RandomAccessFile.class.getName());
    /** Constructors that open a file if their first argument is its name. */
    private static final Set<String> OPENERS_BY_NAME = Set.of(
            PrintWriter.class.getName(),
            PrintStream.class.getName(),
            Formatter.class.getName(),
            ZipFile.class.getName());

    private static final Set<String> CHANGERS =
            Set.of("createNewFile", "createTempFile", "delete", "mkdir", "mkdirs", "renameTo");

    private static final Set<String> GUESSES = Set.of("exists", "notExists", "isRegularFile", "isDirectory");

    /** Excludes the contract suite, which is on the path only for tests. */
    private static JavaClasses all;

    @BeforeAll
    static void read() {
        all = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .withImportOption(location -> !location.contains("-tests.jar!")) // fixtures that modules share
                .importPackages("org.unmute")
                .that(not(resideInAPackage("org.unmute.kernels.contract..")));
    }

    /** Guards the rules below, which hold trivially for classes that were not read. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "files",
                "tensor",
                "tensor.backend.scalar",
                "kernels.vector",
                "kernels.device",
                "kernels.opencl",
                "kernels.cuda",
                "metrics",
                "audio",
                "mp3",
                "models",
                "probes",
                "data",
                "events",
                "options",
                "benchmark",
                "convert",
                "report",
                "cli"
            })
    void everyModuleIsSeen(String module) {
        String wanted = "org.unmute." + module;
        assertThat(all.stream().map(JavaClass::getPackageName).distinct())
                .anyMatch(name -> name.equals(wanted) || name.startsWith(wanted + "."));
    }

    /** Kernel families share {@code tile} and {@code runtime}; only the backend combines them. */
    @Test
    void kernelFamiliesOfTheVectorBackendAreIndependent() {
        slices().matching("org.unmute.kernels.vector.(**)")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(
                        DescribedPredicate.alwaysTrue(),
                        resideInAnyPackage("org.unmute.kernels.vector.tile", "org.unmute.kernels.vector.runtime"))
                .check(all);
        slices().matching("org.unmute.kernels.(**)").should().beFreeOfCycles().check(all);
    }

    /** These packages would be separate modules if any user needed them alone. */
    @Test
    void parquetIsALeafAndScenesAreUsedByNothingInData() {
        dependsOnlyOn("org.unmute.data.parquet..", FILES, JAVA, "com.fasterxml.jackson..");
        noClasses()
                .that()
                .resideInAPackage(DATA)
                .and()
                .resideOutsideOfPackages("org.unmute.data.scene..", "org.unmute.data.pretrain..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.unmute.data.scene..", "org.unmute.data.pretrain..")
                .check(all);
    }

    /** The exception is the module tensor, where {@code Tensor} and its ops depend on each other. */
    @ParameterizedTest
    @ValueSource(
            strings = {"metrics", "audio", "models", "probes", "data", "events", "benchmark", "convert", "report", "cli"
            })
    void packagesHaveNoCycles(String module) {
        slices().matching("org.unmute." + module + ".(**)")
                .should()
                .beFreeOfCycles()
                .check(all);
    }

    @Test
    void noClassAboveKernelsKnowsWhichBackendRuns() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        FILES, METRICS, AUDIO, MP3, MODELS, PROBES, DATA, EVENTS, OPTIONS, BENCHMARK, CONVERT, REPORT,
                        CLI)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(KERNELS, "org.unmute.tensor.backend.scalar..", "jdk.incubator..")
                .because("the backend is chosen in org.unmute.tensor.backend.Backends alone")
                .check(all);
    }

    @Test
    void namesSayWhatAThingIs() {
        noClasses()
                .should()
                .haveNameMatching(".*(Utils?|Manager|Impl|Helper)(\\$.*)?")
                .check(all);
    }

    @Test
    void onlyTheCommandHasAMain() {
        methods()
                .that()
                .haveName("main")
                .and()
                .areStatic()
                .should()
                .beDeclaredIn("org.unmute.cli.Main")
                .check(all);
    }

    @Test
    void onlyTheCommandEndsTheProcess() {
        outsideTheCommand(noClasses()
                .that()
                .resideOutsideOfPackage(CLI)
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "the process is ended",
                        (JavaCall<?> call) -> Set.of("exit", "halt").contains(call.getName())
                                && (call.getTargetOwner().isEquivalentTo(System.class)
                                        || call.getTargetOwner().isEquivalentTo(Runtime.class)))));
    }

    /**
     * Other code could write through a link planted in a shared folder, or under a predictable name. Device backends
     * are exempt: they unpack libraries into separate folders.
     */
    @Test
    void filesAreWrittenThroughAtomicFileTemporaryFileOrRegularFile() {
        DescribedPredicate<JavaCall<?>> opens =
                DescribedPredicate.describe("a file is opened for writing", ArchitectureTest::opensForWriting);
        String home = FILES;
        noClasses()
                .that()
                .resideOutsideOfPackages(home, "org.unmute.kernels.device..")
                .should()
                .callMethodWhere(opens)
                .because("org.unmute.files follows no links and forces what it writes to the device")
                .check(all);
        assertThat(noClasses()
                        .that()
                        .resideInAPackage(home)
                        .should()
                        .callMethodWhere(opens)
                        .evaluate(all)
                        .hasViolation())
                .as("the rule sees what is written there")
                .isTrue();
    }

    private static boolean opensForWriting(JavaCall<?> call) {
        if (call.getTargetOwner().isEquivalentTo(Files.class)
                && Set.of("write", "writeString", "newOutputStream", "newBufferedWriter", "copy", "createTempFile")
                        .contains(call.getName())) {
            return true;
        }
        boolean opens = call.getTargetOwner().isEquivalentTo(FileChannel.class)
                        && call.getName().equals("open")
                || call.getTargetOwner().isEquivalentTo(Files.class)
                        && call.getName().equals("newByteChannel");
        return opens
                && call.getOrigin().getFieldAccesses().stream()
                        .anyMatch(access -> access.getTargetOwner().isEquivalentTo(StandardOpenOption.class)
                                && !access.getName().equals("READ"));
    }

    /**
     * Faults are injected and links are refused in {@link java.nio.file.Files} and channels, which code that opens a
     * {@link File} directly would bypass.
     */
    @Test
    void filesAreOpenedThroughNioAlone() {
        noClasses()
                .should()
                .callCodeUnitWhere(DescribedPredicate.describe(
                        "a file is opened or changed through java.io", ArchitectureTest::bypassesNio))
                .check(all);
    }

    private static boolean bypassesNio(JavaCall<?> call) {
        String owner = call.getTargetOwner().getFullName();
        List<String> parameters = call.getTarget().getRawParameterTypes().stream()
                .map(JavaClass::getFullName)
                .toList();
        boolean opens = call.getName().equals("<init>")
                && (OPENERS.contains(owner)
                        || OPENERS_BY_NAME.contains(owner)
                                && !parameters.isEmpty()
                                && parameters.getFirst().equals(String.class.getName()));
        boolean changes = owner.equals(File.class.getName()) && CHANGERS.contains(call.getName());
        boolean takesFile = parameters.contains(File.class.getName())
                && !owner.equals(File.class.getName())
                && !owner.equals(ProcessBuilder.class.getName());
        return opens || changes || takesFile;
    }

    /**
     * {@link Files#exists} and similar methods report every failure as absence: a recording that is briefly unreadable
     * would be dropped from a data set without an error.
     */
    @Test
    void dataSetsAreReadWithoutTakingFailureForAbsence() {
        noClasses()
                .that()
                .resideInAnyPackage("org.unmute.data", "org.unmute.data.set..")
                .or()
                .haveNameMatching("org\\.unmute\\.benchmark\\.run\\.SplitDataset.*")
                .should()
                .accessTargetWhere(DescribedPredicate.describe(
                        "a failure is taken for absence",
                        (JavaAccess<?> access) -> access.getTargetOwner().isEquivalentTo(Files.class)
                                && GUESSES.contains(access.getName())))
                .because("RegularFile.isFile and isFolder fail where it cannot be told")
                .check(all);
    }

    @Test
    void onlyTheCommandPrints() {
        outsideTheCommand(
                noClasses().that().resideOutsideOfPackage(CLI).should().accessField(System.class, "out"));
        outsideTheCommand(
                noClasses().that().resideOutsideOfPackage(CLI).should().accessField(System.class, "err"));
        outsideTheCommand(noClasses()
                .that()
                .resideOutsideOfPackage(CLI)
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "a stack trace is printed",
                        (JavaCall<?> call) -> call.getName().equals("printStackTrace")
                                && call.getTarget().getRawParameterTypes().isEmpty())));
    }

    /** Commands print names of files and classes, so every writer must turn them into plain text. */
    @Test
    void onlyPlainTextReachesATerminal() {
        ArchRule onlyMainKnowsTheStreams = noClasses()
                .that()
                .resideInAPackage(CLI)
                .and()
                .doNotHaveFullyQualifiedName("org.unmute.cli.Main")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err");
        ArchRule onlyPlainWritersAreMade = noClasses()
                .that()
                .resideInAPackage(CLI)
                .and()
                .doNotHaveFullyQualifiedName("org.unmute.cli.Main")
                .and()
                .doNotHaveFullyQualifiedName("org.unmute.cli.console.PlainWriter")
                .should()
                .callConstructorWhere(DescribedPredicate.describe(
                        "a writer that does not make text plain",
                        (JavaCall<?> call) -> call.getTargetOwner().isAssignableTo(PrintWriter.class)
                                || call.getTargetOwner().isAssignableTo(PrintStream.class)));
        ArchRule commandsWriteToPlainWriters = noClasses()
                .that()
                .resideInAPackage(CLI)
                .and()
                .doNotHaveFullyQualifiedName("org.unmute.cli.base.UnmuteCommand")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "picocli's writers are used as they are",
                        (JavaCall<?> call) -> Set.of("getOut", "getErr").contains(call.getName())
                                && call.getTargetOwner().isEquivalentTo(CommandLine.class)));
        for (ArchRule rule : List.of(onlyMainKnowsTheStreams, onlyPlainWritersAreMade, commandsWriteToPlainWriters)) {
            rule.because("text from outside may hold what a terminal acts on").check(all);
        }
    }

    private static void dependsOnlyOn(String module, String... others) {
        List<String> allowed = new ArrayList<>(List.of(others));
        allowed.add(module);
        allowed.add("org.jspecify.annotations"); // for compilers
        classes()
                .that()
                .resideInAPackage(module)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed.toArray(String[]::new))
                .check(all);
    }

    private static void outsideTheCommand(ArchRule rule) {
        rule.because("a library leaves the terminal and the process to its host")
                .check(all);
    }
}
