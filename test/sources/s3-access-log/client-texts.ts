/** What real clients and S3 write into Referer and User-Agent, one character a byte. */
export const REFERERS: readonly string[] = [
  "-",
  "-",
  "",
  "https://photos.example.com/albums/7?page=2",
  'http://www.example.org/mp3/recorder.php?id=452"',
  "https://intranet.example.com/my reports/q1 final.html",
  "android-app://com.example.viewer/",
  'https://example.com/search?q="quoted"',
  "caf\xc3\xa9 \xff\xfe",
];

export const USER_AGENTS: readonly string[] = [
  "-",
  "",
  "aws-cli/2.27.41 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.4 cfg/retry-mode#standard",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
  'pip/25.1.1 {"ci":null,"cpu":"x86_64","distro":{"id":"noble","name":"Ubuntu","version":"24.04"},"openssl_version":"OpenSSL 3.0.13 30 Jan 2024","python":"3.12.3"}',
  "S3Console/0.4, aws-internal/3 aws-sdk-java/1.12.488 OpenJDK_64-Bit_Server_VM/25.372-b08 java/1.8.0_372",
  "curl/8.5.0\0",
  "\tBoto3/1.38 \x7f\r caf\xc3\xa9 \xff",
  "[06/Feb/2026:00:00:38 +0000]",
];
