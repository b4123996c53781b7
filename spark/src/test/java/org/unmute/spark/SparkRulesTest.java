package org.unmute.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.FileOutputStream;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.junit.jupiter.api.Test;

/** Rules for this module, which the command's {@code ArchitectureTest} does not see. Does not start Spark. */
class SparkRulesTest {
    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.unmute.spark");

    private static final Set<String> WRITERS =
            Set.of(FileOutputStream.class.getName(), FileWriter.class.getName(), RandomAccessFile.class.getName());

    /** Names of Hadoop methods that modify files. */
    private static final Pattern CHANGES =
            Pattern.compile("(append|concat|copy|create|delete|mkdir|modify|move|remove|rename|start|truncate"
                    + "|set(Owner|Permission|Times|XAttr|Acl|Replication|StoragePolicy)).*");

    /** Otherwise the rules below would hold trivially. */
    @Test
    void everyPackageIsSeen() {
        for (String name : new String[] {"", ".input", ".plan", ".task", ".layout", ".table", ".grid"}) {
            assertThat(ALL.stream().map(JavaClass::getPackageName)).contains("org.unmute.spark" + name);
        }
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("org.unmute.spark.(**)").should().beFreeOfCycles().check(ALL);
    }

    /** Code that runs on executors does not depend on a command line; only the package of the applications does. */
    @Test
    void applicationsAreOnTop() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "org.unmute.spark.input",
                        "org.unmute.spark.plan",
                        "org.unmute.spark.task",
                        "org.unmute.spark.layout",
                        "org.unmute.spark.grid")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.unmute.spark", "picocli..")
                .check(ALL);
    }

    /** Messages contain file names, which may contain terminal control sequences. */
    @Test
    void onlyTheConsolePrints() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(Console.class)
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethodWhere(DescribedPredicate.describe(
                        "a stack trace is printed",
                        (JavaCall<?> call) -> call.getName().equals("printStackTrace")))
                .check(ALL);
    }

    @Test
    void onlyApplicationsEndTheProcess() {
        noClasses()
                .that()
                .doNotBelongToAnyOf(Application.class)
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(ALL);
        methods()
                .that()
                .haveName("main")
                .and()
                .areStatic()
                .should()
                .beDeclaredInClassesThat()
                .resideInAPackage("org.unmute.spark")
                .check(ALL);
    }

    @Test
    void localFilesAreWrittenThroughTensorIo() {
        noClasses()
                .should()
                .callCodeUnitWhere(DescribedPredicate.describe(
                        "a local file is opened for writing", SparkRulesTest::opensForWriting))
                .because("org.unmute.tensor.io follows no links and names the file in each failure")
                .check(ALL);
    }

    /** Other code might delete files that are not part of the job. */
    @Test
    void theFolderOfAJobIsChangedByItsStoreAlone() {
        DescribedPredicate<JavaCall<?>> throughHadoop = DescribedPredicate.describe(
                "something is changed through Hadoop", SparkRulesTest::changesThroughHadoop);
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("org.unmute.spark.layout.JobStore")
                .should()
                .callCodeUnitWhere(throughHadoop)
                .check(ALL);
        assertThat(noClasses()
                        .should()
                        .callCodeUnitWhere(throughHadoop)
                        .evaluate(ALL)
                        .getFailureReport()
                        .getDetails())
                .as("the rule sees what is changed there")
                .hasSizeGreaterThan(3);
        noClasses()
                .that()
                .resideInAPackage("org.unmute.spark.layout")
                .and()
                .doNotHaveFullyQualifiedName("org.unmute.spark.layout.ShardWriter") // writes to its scratch folder
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "a local file is created, moved or deleted",
                        (JavaCall<?> call) -> call.getTargetOwner().isEquivalentTo(Files.class)
                                && call.getName().matches("(create|delete|move|copy|set).*")))
                .check(ALL);
    }

    private static boolean changesThroughHadoop(JavaCall<?> call) {
        JavaClass owner = call.getTargetOwner();
        boolean files = owner.isAssignableTo(FileSystem.class) || owner.isEquivalentTo(FileContext.class);
        return files && CHANGES.matcher(call.getName()).matches()
                || owner.isEquivalentTo(FileUtil.class)
                || owner.getFullName().equals("org.apache.parquet.hadoop.util.HadoopOutputFile")
                || owner.getFullName().equals("org.apache.parquet.io.LocalOutputFile");
    }

    private static boolean opensForWriting(JavaCall<?> call) {
        JavaClass owner = call.getTargetOwner();
        if (call.getName().equals("<init>")) {
            return WRITERS.contains(owner.getFullName());
        }
        if (owner.isEquivalentTo(Files.class)
                && Set.of("write", "writeString", "newOutputStream", "newBufferedWriter", "copy", "createTempFile")
                        .contains(call.getName())) {
            return true;
        }
        boolean opens =
                owner.isEquivalentTo(FileChannel.class) && call.getName().equals("open")
                        || owner.isEquivalentTo(Files.class) && call.getName().equals("newByteChannel");
        return opens
                && call.getOrigin().getFieldAccesses().stream()
                        .anyMatch(access -> access.getTargetOwner().isEquivalentTo(StandardOpenOption.class)
                                && !access.getName().equals("READ"));
    }

    @Test
    void namesSayWhatAThingIs() {
        noClasses()
                .should()
                .haveNameMatching(".*(Utils?|Manager|Impl|Helper)(\\$.*)?")
                .check(ALL);
    }

    /** Spark has its own {@code Encoder} and {@code Encoders}, which API users import beside this module's classes. */
    @Test
    void noPublicNameIsOneOfSparkSql() {
        for (JavaClass c : ALL) {
            if (c.getPackageName().equals("org.unmute.spark") && c.isTopLevelClass()) {
                assertThat(Thread.currentThread()
                                .getContextClassLoader()
                                .getResource("org/apache/spark/sql/" + c.getSimpleName() + ".class"))
                        .as(c.getName())
                        .isNull();
            }
        }
    }
}
