@echo off
rem Starts the unmute command line on Windows, on a JDK 25 or newer. Was read and parsed, but not yet run on Windows.
rem
rem   UNMUTE_JAVA_HOME   the JDK (else JAVA_HOME, then the java on the PATH)
rem   UNMUTE_JAVA_OPTS   extra JVM options, such as -Xmx8g
rem   UNMUTE_CLASSPATH   extra jars, separated by semicolons, such as your own probes and encoders
rem
rem Without blocks in parentheses: folders such as "Program Files (x86)" would end them.
setlocal EnableExtensions DisableDelayedExpansion
set "here=%~dp0"
if defined UNMUTE_JAVA_HOME goto chosen
if exist "%here%java\bin\java.exe" goto bundled
if defined JAVA_HOME goto home
goto path

:chosen
set "java=%UNMUTE_JAVA_HOME%\bin\java.exe"
if exist "%java%" goto found
>&2 echo unmute: UNMUTE_JAVA_HOME is not the folder of a JDK: "%UNMUTE_JAVA_HOME%"
exit /b 1

:bundled
set "java=%here%java\bin\java.exe"
goto found

:home
set "java=%JAVA_HOME%\bin\java.exe"
if exist "%java%" goto found
goto path

:path
set "java=java.exe"
where /q java.exe
if not errorlevel 1 goto found
>&2 echo unmute: needs a JDK 25 or newer and found none: install one, for example Eclipse Temurin 25, or set UNMUTE_JAVA_HOME to its folder
exit /b 1

:found
rem An option that JDKs before 25 refuse.
"%java%" --add-modules jdk.incubator.vector -XX:+UseCompactObjectHeaders --version >nul 2>&1
if not errorlevel 1 goto start
>&2 echo unmute: "%java%" is older than 25 or has no Vector API: install a JDK 25, or set UNMUTE_JAVA_HOME to its folder
exit /b 1

:start
set "kernels="
for %%c in (detect embed tag explain features verify) do if "%~1"=="%%c" set "kernels=1"
set "path_of_classes=%here%lib\*"
if defined UNMUTE_CLASSPATH set "path_of_classes=%path_of_classes%;%UNMUTE_CLASSPATH%"
if defined kernels goto encode
"%java%" "@%here%lib\java.options" %UNMUTE_JAVA_OPTS% -cp "%path_of_classes%" org.unmute.cli.Main %*
exit /b %errorlevel%

:encode
"%java%" "@%here%lib\java.options" "@%here%lib\kernels.options" %UNMUTE_JAVA_OPTS% -cp "%path_of_classes%" org.unmute.cli.Main %*
exit /b %errorlevel%
